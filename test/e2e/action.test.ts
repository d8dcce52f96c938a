import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresEngine } from '../support/requires.ts';
import { runAction } from './support/action.ts';
import { startWorld, type World } from './support/world.ts';

const JOB_TOKEN = 'ghs_the-token-of-the-job';

requiresEngine('the action', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
  });
  afterAll(() => world.stop());

  const inputs = (name: string) => ({
    image: `${world.registry.host}/${name}`,
    builder: world.builder,
    path: 'samples/apps/procfile',
  });

  it('publishes what was pushed, and tells later steps', async () => {
    const outcome = await runAction({ inputs: { ...inputs('pushed'), 'github-token': JOB_TOKEN } });
    expect(outcome.log).toContain('the image is published');
    expect(outcome.status).toBe(0);
    const image = `${world.registry.host}/pushed:latest`;
    const digest = await world.digest(image);
    expect(outcome.outputs).toMatchObject({ image, digest, tags: image, 'cache-hit': 'false' });
    expect(JSON.parse(outcome.outputs['metadata'] ?? '')).toMatchObject({ schemaVersion: 1, digest });
    expect(outcome.artifacts).toEqual([`oci://${world.registry.host}/pushed@${digest}`]);
    expect(outcome.forbidden).toBe('');
    expect(outcome.summary).toContain(`### \`${image}\``);
    expect(outcome.summary).toContain(digest);
    expect(outcome.summary).not.toContain(JOB_TOKEN);
    expect(outcome.log).not.toContain(JOB_TOKEN);
    expect(outcome.masked).toContain(JOB_TOKEN);
  });

  it('builds a pull request without publishing it', async () => {
    const outcome = await runAction({ inputs: inputs('requested'), event: 'pull_request' });
    expect(outcome.status).toBe(0);
    expect(outcome.outputs).toMatchObject({ image: '', tags: '', digest: expect.stringMatching(/^sha256:/) as string });
    expect(outcome.artifacts).toEqual([]);
    await expect(world.digest(`${world.registry.host}/requested:pr-7`)).rejects.toThrow();
  });
});
