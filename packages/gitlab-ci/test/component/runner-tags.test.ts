import { describe, expect, test } from 'vitest';
import { renderTemplates } from '../../../../scripts/gitlab-templates.ts';
import { interpolate, readComponent } from '../../../../test/support/gitlab-interpolation.ts';
import { type Job, jobsOf } from '../../../../test/support/gitlab-jobs.ts';

const BUILDER = 'builder.example/base@sha256:0';

describe.each([...renderTemplates()])('%s', (_, text) => {
  const component = readComponent(text);
  const jobs = (tags?: readonly string[]): readonly Job[] => {
    const given = {
      ...('builder' in component.inputs && { builder: BUILDER }),
      ...(tags !== undefined && { 'runner-tags': tags }),
    };
    return Object.values(jobsOf(interpolate(component, given)));
  };

  test.each([[undefined], [[]]])('leaves the tags to the pipeline without any: %s', (tags) => {
    for (const { keys } of jobs(tags)) {
      expect(keys).not.toHaveProperty('tags');
      expect(keys).toHaveProperty('inherit.default', ['interruptible', 'timeout', 'tags']);
    }
  });

  test.each([[['linux']], [['a b', `it's "so"`, '[]']]])('gives each job the tags %j', (tags) => {
    for (const { keys } of jobs(tags)) {
      expect(keys).toHaveProperty('tags', tags);
      expect(keys).toHaveProperty('inherit.default', ['interruptible', 'timeout']);
    }
  });
});
