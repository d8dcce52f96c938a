import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { type ComponentInputs, type GitLab, jobOf, startGitLab } from './support/gitlab.ts';

const APP = 'samples/apps/procfile';
const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const ENV = 'BP_LARGE_LAYER_MB=2';

requiresDocker('the GitLab component for a build in three jobs', () => {
  let gitlab: GitLab;
  let builder: string;
  beforeAll(async () => {
    gitlab = await startGitLab({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
    builder = `${gitlab.world.image('builder').replace(/:1$/, '')}@${await gitlab.world.digest(gitlab.world.builder)}`;
  });
  afterAll(() => gitlab.stop());

  const run = (inputs: ComponentInputs) =>
    gitlab.run({
      components: [
        {
          template: 'build-staged',
          inputs: { builder, path: 'app', env: ENV, 'accept-job-variables-exposed': true, ...inputs },
        },
      ],
      apps: { app: APP },
    });

  it('publishes the image that the command line makes of the same app, and reuses its cache', async () => {
    const image = '$CI_REGISTRY_IMAGE/staged';
    const first = await run({ image });
    expect(jobOf(first).status, first.text).toBe('success');
    const published = `${gitlab.registry.host}/acme/shop/staged:latest`;
    const digest = await gitlab.world.digest(published);

    const registry = { ...gitlab.world.registry, ...gitlab.registry };
    const login = await loggedIn(registry.host, `${registry.user}:${registry.password}`);
    const environment = { ...login, SSL_CERT_FILE: registry.ca ?? '' };
    const args = [
      gitlab.world.image('own'),
      '--builder',
      gitlab.world.builder,
      '--path',
      path.resolve(APP),
      '--env',
      ENV,
    ];
    expect((await build(args, { environment })).digest).toBe(digest);

    const second = await run({ image });
    expect(jobOf(second, 'build-image:run').log.text).toContain('from the cache');
    expect(await gitlab.world.digest(published)).toBe(digest);
  });

  it('asks to accept what GitLab shows to buildpacks', async () => {
    const outcome = await run({ image: '$CI_REGISTRY_IMAGE/refused', 'accept-job-variables-exposed': false });
    const { status, log } = jobOf(outcome, 'build-image:prepare');
    expect(status).toBe('failed');
    expect(log.text).toContain('accept-job-variables-exposed: buildpacks run in a job of their own here');
  });
});
