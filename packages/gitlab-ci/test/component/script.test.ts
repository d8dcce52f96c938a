import { expect, test } from 'vitest';
import { renderTemplates } from '../../../../scripts/gitlab-templates.ts';
import { type Config, interpolate, readComponent } from '../../../../test/support/gitlab-interpolation.ts';
import { jobsOf } from '../../../../test/support/gitlab-jobs.ts';

const BUILDER = 'builder.example/base@sha256:0';
const TOOL_IMAGE = 'tool.example/image@sha256:0';
const PROGRAM = '/opt/buildpacks-ci/bin/buildpacks-ci-gitlab';

const nameOf = (keys: Config): unknown => (keys['image'] as Config | undefined)?.['name'];

test.each([
  ['build', ['build']],
  ['build-staged', ['prepare', 'publish']],
])('%s calls our program by its path, whatever PATH a pipeline has', (name, commands) => {
  const text = renderTemplates().get(`gitlab/templates/${name}.yml`) ?? '';
  const jobs = Object.values(
    jobsOf(interpolate(readComponent(text), { builder: BUILDER, 'tool-image': TOOL_IMAGE })),
  ).filter(({ keys }) => nameOf(keys) === TOOL_IMAGE);
  expect(jobs.map(({ keys }) => keys['script'])).toEqual(commands.map((command) => [`${PROGRAM} ${command}`]));
});
