import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

interface Manifest {
  readonly config: { readonly digest: string };
}

/** What happens to the image of an earlier build, and the warning that follows. */
interface Mishap {
  readonly spoil: (image: string, earlier: BuildResult) => Promise<unknown>;
  readonly warning: RegExp;
}

requiresEngine('a previous image', () => {
  let world: World;
  /** Done when the next manifest is put. */
  let atPublish: (() => Promise<unknown>) | undefined;
  beforeAll(async () => {
    const intercept = async ({ method, path }: { method: string; path: string }) => {
      if (method !== 'PUT' || !path.includes('/manifests/')) return undefined;
      const act = atPublish;
      atPublish = undefined;
      await act?.();
      return undefined;
    };
    const builder = { order: [[{ id: 'test/label-data' }, { id: 'samples/procfile' }]] };
    world = await startWorld({ buildpacks: ['procfile', 'label-data'], builder, registry: { intercept } });
  });
  afterAll(() => world.stop());

  const argumentsFor = (image: string) => [image, '--builder', world.builder, '--path', 'samples/apps/procfile'];

  /** Removes a blob from the image's repository, as a garbage collection does. */
  const remove = async (image: string, digest: string | undefined) => {
    const [repository = ''] = image.slice(world.registry.host.length + 1).split(':');
    const { status } = await fetch(`${world.registry.url}/v2/${repository}/blobs/${digest ?? ''}`, {
      method: 'DELETE',
    });
    if (status !== 202) throw new Error(`the registry answered ${status}`);
  };
  const layerOf = ({ layers }: BuildResult, kind: string) => layers.find(({ owner }) => owner.kind === kind)?.digest;

  it.each<[string, Mishap]>([
    [
      "without a buildpack's layer",
      {
        spoil: (image, earlier) => remove(image, layerOf(earlier, 'buildpack')),
        warning: /its layer sha256:\w+ is no longer/,
      },
    ],
    [
      'without its bills of materials',
      {
        spoil: (image, earlier) => remove(image, layerOf(earlier, 'sbom')),
        warning: /its layer sha256:\w+ is no longer/,
      },
    ],
    [
      'without its configuration',
      {
        spoil: async (image) => {
          const { config } = JSON.parse(await crane(['manifest', image], image)) as Manifest;
          await remove(image, config.digest);
        },
        warning: /can't read the blob/,
      },
    ],
    [
      'with another layers directory',
      {
        spoil: (image) => crane(['mutate', image, '--tag', image, '--env', 'CNB_LAYERS_DIR=/elsewhere'], image),
        warning: /it was built with CNB_LAYERS_DIR="\/elsewhere", not "\/layers"/,
      },
    ],
    [
      'with another app directory',
      {
        spoil: (image) => crane(['mutate', image, '--tag', image, '--env', 'CNB_APP_DIR=/app'], image),
        warning: /it was built with CNB_APP_DIR="\/app", not "\/workspace"/,
      },
    ],
    [
      'of another platform',
      {
        spoil: (image) => crane(['mutate', image, '--tag', image, '--set-platform', 'linux/arm64'], image),
        warning: /it is for linux\/arm64/,
      },
    ],
    [
      'that is no app image',
      { spoil: (image) => crane(['copy', world.runImage, image], image), warning: /it was not built by buildpacks/ },
    ],
  ])('%s makes one warning and the same image', async (title, { spoil, warning }) => {
    const image = world.image(`mishaps/${title.replaceAll(/[^a-z]+/g, '-')}`);
    const earlier = await build(argumentsFor(image));
    await spoil(image, earlier);
    const result = await build(argumentsFor(image));
    expect(result.digest).toBe(earlier.digest);
    expect(await world.digest(image)).toBe(earlier.digest);
    expect(result.warnings).toEqual([expect.stringMatching(warning)]);
    expect(result.layers.filter(({ origin }) => origin === 'reused')).toEqual([]);
  });

  it('without a layer of its run image is made whole', async () => {
    const image = world.image('base');
    const earlier = await build(argumentsFor(image));
    await remove(image, earlier.layers[0]?.digest);
    const result = await build(argumentsFor(image));
    expect(result).toMatchObject({ digest: earlier.digest, warnings: [] });
    expect(result.outputs).toMatchObject([{ blobs: { mounted: 1, uploaded: 0 } }]);
    await crane(['validate', '--remote', image], image);
  });

  it('that loses a layer while we build makes us build again', async () => {
    const image = world.image('meanwhile');
    const earlier = await build(argumentsFor(image));
    atPublish = () => remove(image, layerOf(earlier, 'buildpack'));
    const result = await build(argumentsFor(image));
    expect(result.digest).toBe(earlier.digest);
    expect(result.warnings).toEqual([expect.stringMatching(/has gone from its registry during the build; .* again/)]);
    await crane(['validate', '--remote', image], image);
  });

  it('that loses a layer between two stages moves no tag and says that trying again helps', async () => {
    const image = world.image('stages');
    const earlier = await build(argumentsFor(image));
    const directory = path.join(await temporaryDirectory('stages'), 'build');
    for (const stage of ['prepare', 'run']) {
      const args = stage === 'prepare' ? [...argumentsFor(image), '--tags', 'second', '--allow-builder-tag'] : [];
      expect(await cli([stage, '--build-directory', directory, ...args])).toMatchObject({ status: 0 });
    }
    await remove(image, layerOf(earlier, 'buildpack'));
    const { status, stderr } = await cli(['publish', '--build-directory', directory]);
    expect(stderr).toMatch(/error: the layer sha256:\w+ of \S+ has gone from its registry during the build/);
    expect(status).toBe(111);
    expect(await crane(['ls', image.replace(/:1$/, '')], image)).not.toContain('second');
  });
});
