import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../bench/cache.ts';
import { pipelineExamples } from '../support/component-includes.ts';
import { requiresDocker } from '../support/requires.ts';
import { type Copies, startCopies } from './support/copies.ts';
import { loggedIn } from './support/docker-config.ts';
import { type ComponentInputs, type GitLab, resultOf, startGitLab } from './support/gitlab.ts';

const SAMPLE = readFileSync(path.join(ROOT, 'gitlab/samples/closed-instance.yml'), 'utf8');
const ZEROS = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';

requiresDocker("GitLab's samples", () => {
  let gitlab: GitLab;
  let copies: Copies;
  beforeAll(async () => {
    gitlab = await startGitLab({ buildpacks: ['procfile'] });
    copies = await startCopies(gitlab.world, gitlab.toolImage);
  });
  afterAll(() => gitlab.stop());

  /** The sample's include with what everybody has for themselves, and the files of the project. */
  const closedInstance = async () => {
    const { host, ca = '' } = gitlab.world.registry;
    const login = await loggedIn(host, `${gitlab.registry.user}:${gitlab.registry.password}`);
    const app = await copies.lockedApp('samples/apps/procfile', { ...login, SSL_CERT_FILE: ca });
    const filled = SAMPLE.replaceAll(ZEROS, copies.builderDigest).replaceAll('registry.example', host);
    const [example] = pipelineExamples(`\`\`\`yaml\n${filled}\`\`\`\n`);
    const read = (file: string) => readFileSync(path.join(app, file), 'utf8');
    return {
      inputs: (example?.includes[0]?.inputs ?? {}) as ComponentInputs,
      files: {
        Procfile: read('Procfile'),
        'greet.sh': read('greet.sh'),
        'corporate-root.pem': readFileSync(ca, 'utf8'),
      },
      lock: read('buildpacks-ci.lock.json'),
    };
  };

  it('closed-instance reads nothing but the copies that are locked', async () => {
    const { inputs, files, lock } = await closedInstance();
    const outcome = await gitlab.run({
      components: [{ inputs }],
      files: { ...files, 'buildpacks-ci.lock.json': lock },
    });
    expect(copies.runImage).toContain((await resultOf(outcome, gitlab)).runImage.digest);
  });

  it('a merge request is built with the lock of a variable, as docs/gitlab.md says', async () => {
    const { inputs, files, lock } = await closedInstance();
    const outcome = await gitlab.run({
      components: [{ inputs: { ...inputs, rules: [{ if: '$CI_MERGE_REQUEST_IID' }] } }],
      files,
      event: { kind: 'merge request', name: 'patch' },
      variables: [{ key: 'BUILDPACKS_CI_LOCK_FILE', value: lock, file: true }],
    });
    expect(copies.runImage).toContain((await resultOf(outcome, gitlab)).runImage.digest);
  });
});
