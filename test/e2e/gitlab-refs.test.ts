import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import { type PipelineEvent, reportOf } from '../bench/gitlab.ts';
import { requiresDocker } from '../support/requires.ts';
import { type ComponentInputs, type GitLab, jobOf, resultOf, startGitLab } from './support/gitlab.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const MAIN: PipelineEvent = { kind: 'branch', name: 'main', isProtected: true };
const REQUEST: PipelineEvent = { kind: 'merge request', name: 'patch' };
const BRANCH: PipelineEvent = { kind: 'branch', name: 'feature/one', isProtected: false };
const TAG: PipelineEvent = { kind: 'tag', name: 'v1.2.3', isProtected: true };

let gitlab: GitLab;
beforeAll(async () => {
  gitlab = await startGitLab({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
});
afterAll(() => gitlab.stop());

/** Builds for an event; the previous image is left out, so that layers come from the cache alone. */
async function build(event: PipelineEvent, image: string, more: ComponentInputs = {}) {
  gitlab.world.registry.forget();
  const always = { builder: gitlab.world.builder, path: 'app', env: 'BP_LARGE_LAYER_MB=2', 'previous-image': 'none' };
  const inputs = { ...always, image: `$CI_REGISTRY_IMAGE/${image}`, ...more };
  const run = await gitlab.run({ components: [{ inputs }], apps: { app: 'samples/apps/procfile' }, event });
  const { cache, ...result } = await resultOf(run, gitlab);
  return { log: jobOf(run).log.text, dotenv: reportOf(jobOf(run), 'dotenv'), cache: cache?.stores[0], ...result };
}

/** What requests have changed on the registry: repositories. */
function written(): readonly string[] {
  const requests = gitlab.world.registry.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  return [...new Set(requests.map(({ path }) => path.replace(/^\/v2\/|\/(?:blobs|manifests)\/.*$/g, '')))].sort();
}

const place = (image: string) => `${gitlab.registry.host}/acme/shop/${image}`;

requiresDocker('the GitLab component', () => {
  describe('after a build of the default branch', () => {
    beforeAll(async () => {
      await build(MAIN, 'app');
    });

    it('publishes nothing for a merge request, whose build reads the cache and writes none', async () => {
      const { cache, dotenv, image, log } = await build(REQUEST, 'app');
      expect(log).toMatch(/merge_request_event.* untrusted.*not published/);
      expect(written()).toEqual([]);
      expect(image).toBeUndefined();
      expect(dotenv).not.toContain('BUILDPACKS_REFERENCE');
      expect(cache).toMatchObject({ restore: { outcome: 'hit', layers: 1 }, save: { outcome: 'off' } });
    });

    it('publishes an unprotected branch under its name, with a cache of its own', async () => {
      const access = gitlab.world.registry.access;
      const cachesBefore = await digests(await tags('cache'));
      const { image, cache } = await build(BRANCH, 'app', { env: 'BP_LARGE_LAYER_MB=2\nBP_LARGE_LAYER_SEED=1' });
      expect(image).toBe(place('app:feature-one'));
      expect(cache).toMatchObject({ restore: { outcome: 'hit', scope: 'default' }, save: { outcome: 'saved' } });
      const after = await tags('cache');
      expect(after.length).toBeGreaterThan(Object.keys(cachesBefore).length);
      expect(await digests(after)).toMatchObject(cachesBefore);

      async function tags(repository: string): Promise<readonly string[]> {
        return (await crane(['ls', place(repository)], place(repository), access)).trim().split('\n');
      }
      async function digests(names: readonly string[]): Promise<Readonly<Record<string, string>>> {
        const pairs = names.map(async (tag) => [tag, await gitlab.world.digest(place(`cache:${tag}`))]);
        return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
      }
    });
  });

  it('tags by the rules that the tag of a pipeline fits', async () => {
    const { tags } = await build(TAG, 'tagged', {
      tags: 'type=semver,pattern={{version}}\ntype=semver,pattern={{major}}',
    });
    expect(tags).toEqual([place('tagged:1.2.3'), place('tagged:1')]);
  });

  it('keeps layers in GitLab’s own cache', async () => {
    const inputs = { 'gitlab-cache': true, 'cache-store': '' };
    const first = await build(MAIN, 'own-cache', inputs);
    expect(first.cache).toMatchObject({
      name: expect.stringMatching(/^dir:.*\.buildpacks-ci\/cache$/) as string,
      save: { outcome: 'saved', layers: 1 },
    });
    expect(written()).toEqual(['acme/shop/own-cache']);
    const second = await build(MAIN, 'own-cache', inputs);
    expect(second.cache).toMatchObject({ restore: { outcome: 'hit', layers: 1 }, save: { outcome: 'unchanged' } });
    expect(second.digest).toBe(first.digest);
  });
});
