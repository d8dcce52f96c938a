import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskOptions } from '../bench/tekton.ts';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { ANY_USER, APP, ARBITRARY, FIXED, SEVERAL_CLAIMS, startTekton, type Tekton } from './support/tekton.ts';

/** Makes cached layers of these names where they are not there yet, one with files that only their owner may read. */
function makingLayers(names: string): string {
  return [
    `for name in ${names}; do`,
    '  layer=$CNB_LAYERS_DIR/$name',
    '  if [ -e "$layer/private/file" ]; then',
    '    echo "$name: from the cache"',
    '  else',
    '    echo "$name: made"',
    '    mkdir -p "$layer/private"',
    '    echo "$name" >"$layer/private/file"',
    '    chmod -R go= "$layer/private"',
    '  fi',
    '  printf "[types]\\ncache = true\\nlaunch = true\\n" >"$layer.toml"',
    'done',
  ].join('\n');
}

requiresDocker('the layer cache of the Tekton Task', () => {
  let tekton: Tekton;
  beforeAll(async () => {
    tekton = await startTekton({ buildpacks: ['shell'] });
  });
  afterAll(() => tekton.stop());

  /** Builds with these layers; gives what the buildpack says of each, and how the cache was found. */
  const layersOf = async (names: string, options: Partial<TaskOptions>) => {
    const params = { ...options.params, buildpacks: ['test/shell'], env: [`BP_SHELL=${makingLayers(names)}`] };
    const run = await tekton.run({ ...options, params });
    expect(run.succeeded, run.text).toBe(true);
    const said = [...(run.steps[1]?.log ?? '').matchAll(/^shell: (.): (.*)$/gm)];
    return {
      cache: run.results['CACHE'],
      digest: run.results['IMAGE_DIGEST'],
      layers: Object.fromEntries(said.map(([, name = '', how = '']) => [name, how] as const)),
    };
  };
  const [made, cached] = ['made', 'from the cache'];

  describe.each([
    ['with the users of the manifest', FIXED, {}],
    ['with the user of an OpenShift namespace', ANY_USER, { user: ARBITRARY }],
  ])('on a volume, %s', (_title, task, more) => {
    const isFixed = task === FIXED;
    it('loses no layer, whether the build before has changed it or not', async () => {
      const volume = isFixed ? await tekton.preparedClaim() : await tekton.sharedVolume();
      const options: Partial<TaskOptions> = {
        task,
        ...more,
        params: { image: tekton.world.image(isFixed ? 'fixed' : 'any') },
        workspaces: { cache: { kind: 'directory', path: volume } },
        featureFlags: SEVERAL_CLAIMS,
      };
      const first = await layersOf('a b c', options);
      expect(first).toMatchObject({ cache: 'miss', layers: { a: made, b: made, c: made } });
      const second = await layersOf('a b c d', options);
      expect(second).toMatchObject({ cache: 'hit', layers: { a: cached, b: cached, c: cached, d: made } });
      const stored = await readdir(volume, { recursive: true });
      const third = await layersOf('a b c d', options);
      expect(third).toMatchObject({ cache: 'hit', layers: { a: cached, b: cached, c: cached, d: cached } });
      expect(third.digest).toBe(second.digest);
      expect(await readdir(volume, { recursive: true })).toEqual(stored);
    });
  });

  it.each([
    ['a claim', {}],
    ['a folder of a claim that is made for the run', { subPath: 'cache' }],
  ])('on %s makes the image of the command line, without and with what is cached', async (_title, more) => {
    const { world } = tekton;
    const env = `BP_SHELL=${makingLayers('a b')}`;
    const args = ['--builder', world.builder, '--path', APP, '--buildpacks', 'test/shell', '--env', env, '--cache=off'];
    const { digest } = await build([world.image('whole'), ...args]);
    const cache = { kind: 'directory', path: await tekton.preparedClaim(), ...more } as const;
    const options = { params: { image: world.image('same') }, workspaces: { cache }, featureFlags: SEVERAL_CLAIMS };
    expect(await layersOf('a b', options)).toEqual({ cache: 'miss', digest, layers: { a: made, b: made } });
    expect(await layersOf('a b', options)).toEqual({ cache: 'hit', digest, layers: { a: cached, b: cached } });
  });

  it('in a registry loses none either, and needs no volume', async () => {
    const { world } = tekton;
    const store = `registry:${world.registry.host}/layers`;
    const options: Partial<TaskOptions> = { params: { image: world.image('in-registry'), 'cache-store': [store] } };
    expect(await layersOf('a b', options)).toMatchObject({ cache: 'miss', layers: { a: made, b: made } });
    expect(await layersOf('a b c', options)).toMatchObject({ cache: 'hit', layers: { a: cached, b: cached, c: made } });
    world.registry.forget();
    expect(await layersOf('a b c', options)).toMatchObject({ layers: { a: cached, b: cached, c: cached } });
    const uploads = world.registry
      .requests()
      .filter(({ method, path }) => method !== 'GET' && path.includes('/layers/'));
    expect(uploads.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  });

  it('on a volume that may not be written to is told, and costs the cache only', async () => {
    const volume = await tekton.volumeOf({ file: '' });
    const run = await tekton.run({
      params: { image: tekton.world.image('closed'), buildpacks: ['test/shell'] },
      workspaces: { cache: { kind: 'directory', path: volume } },
      featureFlags: SEVERAL_CLAIMS,
    });
    expect(run.succeeded, run.text).toBe(true);
    expect(run.text).toMatch(/warning: .*buildpacks-ci\/cache/);
    expect(run.text).toContain('mounts it with fsGroup');
  });
});
