import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../bench/registry-gate.ts';
import type { TaskOptions } from '../bench/tekton.ts';
import { requiresDocker } from '../support/requires.ts';
import { codesOf, SEVERAL_CLAIMS, startTekton, type Tekton } from './support/tekton.ts';

const PROCFILE = ['samples/procfile'];

/** What a registry answers to the manifest of the repository `troubled`, by methods; all else goes well. */
const TROUBLES: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  'forgets the manifest that it has taken': { PUT: { status: 201 } },
  'shows another manifest than the one that it has taken': {
    HEAD: {
      status: 200,
      headers: {
        'docker-content-digest': `sha256:${'0'.repeat(64)}`,
        'content-type': 'application/vnd.oci.image.manifest.v1+json',
        'content-length': '2',
      },
    },
  },
};

requiresDocker('the Tekton Task', () => {
  let tekton: Tekton;
  let trouble = '';
  beforeAll(async () => {
    tekton = await startTekton({
      buildpacks: ['procfile', 'failing', 'shell', 'large-layer'],
      registry: {
        intercept: ({ method, path: asked }) =>
          asked.includes('/troubled/manifests/') ? TROUBLES[trouble]?.[method] : undefined,
      },
    });
  });
  afterAll(() => tekton.stop());

  const digestOf = (image: string) => tekton.world.digest(image).catch(() => undefined);

  it('ends with the status of the lifecycle when a buildpack fails', async () => {
    const image = tekton.world.image('failing');
    const run = await tekton.run({ params: { image, buildpacks: ['test/failing'] } });
    expect(codesOf(run), run.text).toEqual([0, 51, 1]);
    expect(run.steps.map(({ reason }) => reason)).toEqual(['Completed', 'Error', 'Skipped']);
    expect(run.message).toBe('"step-build" exited with code 51: Error');
    expect(run.steps[1]?.log).toContain('a buildpack failed to build, exit status 51.');
    expect(run.results).toEqual({});
    expect(await digestOf(image)).toBeUndefined();
  });

  describe('with a cache on a volume, when the build is', () => {
    let cache: string;
    let options: Partial<TaskOptions>;
    let whole: readonly string[];
    beforeAll(async () => {
      cache = await tekton.preparedClaim();
      options = {
        params: { image: tekton.world.image('cached'), buildpacks: ['test/large-layer'], env: ['BP_LARGE_LAYER_MB=2'] },
        workspaces: { cache: { kind: 'directory', path: cache } },
        featureFlags: SEVERAL_CLAIMS,
      };
      const run = await tekton.run(options);
      if (!run.succeeded) throw new Error(run.text);
      whole = await filesOf(cache);
    });

    it('killed, ends with 137, and leaves the cache as it was', async () => {
      const script = 'kill -KILL "$(cut -d " " -f 4 "/proc/$PPID/stat")"; sleep 60';
      const env = ['BP_LARGE_LAYER_MB=1', `BP_SHELL=${script}`];
      const params = { ...options.params, buildpacks: ['test/large-layer', 'test/shell'], env };
      const run = await tekton.run({ ...options, params });
      expect(codesOf(run), run.text).toEqual([0, 137, 1]);
      expect(run.message).toBe('"step-build" exited with code 137: Error');
      expect(run.results).toEqual({});
      expect(await filesOf(cache)).toEqual(whole);
    });

    it('done again, is as fast as if nothing had happened', async () => {
      const run = await tekton.run(options);
      expect(run.results, run.text).toMatchObject({ CACHE: 'hit' });
      expect(run.text).toContain('large-layer: 2 MiB, seed 0, from the cache');
      expect(await filesOf(cache)).toEqual(whole);
    });
  });

  describe('tells no image when the registry', () => {
    it.each(Object.keys(TROUBLES))('%s', async (what) => {
      trouble = what;
      const image = tekton.world.image('troubled');
      const run = await tekton.run({ params: { image, buildpacks: PROCFILE, 'previous-image': 'none' } });
      trouble = '';
      expect(codesOf(run).slice(0, 2), run.text).toEqual([0, 0]);
      expect(run.steps[2]?.exitCode).not.toBe(0);
      expect(run.steps[2]?.log).toMatch(/^error: /m);
      expect(run.results).toEqual({});
      expect(await digestOf(image)).toBeUndefined();
    });
  });
});

/** Every file of a folder with its size. */
async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  return Promise.all(files.sort().map(async (file) => `${file} ${(await stat(file)).size}`));
}
