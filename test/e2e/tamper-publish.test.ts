import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildpacksError, type BuildResult, publishBuild } from '../../packages/core/src/index.ts';
import { requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { editLayout, type LayoutEditor } from './support/layout-editor.ts';
import { corePorts, NO_CONNECTION } from './support/ports.ts';
import { startWorld, type World } from './support/world.ts';

/** A build directory after RUN, which is the attacker's to change but for the plan. */
interface Attacked {
  readonly root: string;
  /** Out of the attacker's reach. */
  readonly plan: string;
  readonly layout: string;
  readonly layers: string;
  readonly committed: string;
  readonly output: LayoutEditor;
  /** The one layer that only this build has; all others are on the registry already. */
  readonly ownLayer: Layer;
  /** What the attacker knows of other images: the layer of one in the same repository. */
  readonly foreignLayer: Layer;
}

interface Layer {
  readonly digest: string;
  readonly size: number;
}

type Attack = (at: Attacked) => Promise<unknown>;

const HUGE = 2 ** 36;
const LIFECYCLE_LABEL = 'io.buildpacks.lifecycle.metadata';

/** Those that must end the build, and what is said about them. */
const REFUSED: readonly (readonly [string, RegExp, Attack])[] = [
  [
    'an image without the run image',
    /layer 1 is not that of the run image/,
    ({ output }) =>
      output.edit(({ layers }, { rootfs }) => {
        layers.shift();
        rootfs.diff_ids.shift();
      }),
  ],
  [
    'a layer below the run image',
    /layer 1 is not that of the run image/,
    ({ output }) =>
      output.edit(({ layers }, { rootfs }) => {
        layers.unshift(...layers.slice(-1));
        rootfs.diff_ids.unshift(...rootfs.diff_ids.slice(-1));
      }),
  ],
  [
    'diff ids of another run image',
    /layer 1 is not that of the run image/,
    ({ output }) => output.edit((_, { rootfs }) => void rootfs.diff_ids.splice(0, 1, `sha256:${'0'.repeat(64)}`)),
  ],
  [
    'a layer of another image in the repository',
    /is neither in the output layout nor/,
    ({ output, foreignLayer }) => output.edit(({ layers }) => void Object.assign(layers.at(-1) ?? {}, foreignLayer)),
  ],
  [
    'a layer with other bytes of the same size',
    /is damaged: its content has the digest/,
    ({ output, ownLayer }) => writeFile(output.blob(ownLayer.digest), 'x'.repeat(ownLayer.size)),
  ],
  [
    'a layer that is cut short',
    /is neither in the output layout nor/,
    ({ output, ownLayer }) => truncate(output.blob(ownLayer.digest), 10),
  ],
  [
    'a layer that is a link to its bytes',
    /is neither in the output layout nor/,
    ({ output, ownLayer, root }) => replaceByLink(output.blob(ownLayer.digest), path.join(root, 'elsewhere')),
  ],
  [
    'a layer that is a FIFO',
    /is neither in the output layout nor/,
    ({ output, ownLayer }) => replaceByFifo(output.blob(ownLayer.digest)),
  ],
  [
    'a configuration with other bytes',
    /is damaged/,
    async ({ output }) => {
      const { config } = await output.manifest();
      await writeFile(output.blob(config.digest), ' '.repeat(config.size));
    },
  ],
  [
    'a configuration without an end',
    /has 68719476736 bytes/,
    async ({ output }) => {
      const { config } = await output.manifest();
      await truncate(output.blob(config.digest), HUGE);
      await output.editText({ manifest: (text) => text.replace(`"size":${config.size}`, `"size":${HUGE}`) });
    },
  ],
  [
    'a configuration that calls itself a layer',
    /its configuration is a "application\/vnd.oci.image.layer/,
    ({ output }) => output.edit(({ config }) => (config.mediaType = 'application/vnd.oci.image.layer.v1.tar')),
  ],
  [
    'a folder of blobs that is a link',
    /the manifest sha256:\w+ is missing/,
    ({ output, root }) => replaceByLink(output.file('blobs'), path.join(root, 'elsewhere')),
  ],
  [
    'an output folder that is a link',
    /not a regular file in real folders/,
    ({ output, root }) => replaceByLink(output.directory, path.join(root, 'elsewhere')),
  ],
  [
    'a folder above the output that is a link',
    /not a regular file in real folders/,
    ({ layout, root }) => replaceByLink(path.join(layout, 'out.invalid'), path.join(root, 'elsewhere')),
  ],
  [
    'a folder above the output that leads to /',
    /has no oci-layout file|not an OCI image layout/,
    ({ layout }) => leadTo('/', path.join(layout, 'out.invalid')),
  ],
  ['no output at all', /has no oci-layout file/, ({ output }) => rm(output.directory, { recursive: true })],
  ['no index', /has no index.json/, ({ output }) => rm(output.file('index.json'))],
  ['an index that is a FIFO', /not a regular file/, ({ output }) => replaceByFifo(output.file('index.json'))],
  [
    'an index that is a link to a file of the system',
    /not a regular file/,
    ({ output }) => leadTo('/etc/passwd', output.file('index.json')),
  ],
  ['an index without an end', /has 68719476736 bytes/, ({ output }) => truncate(output.file('index.json'), HUGE)],
  [
    'an index with two images',
    /has 2 images/,
    async ({ output }) => {
      const index = JSON.parse(await readFile(output.file('index.json'), 'utf8')) as { manifests: object[] };
      await writeFile(
        output.file('index.json'),
        JSON.stringify({ ...index, manifests: Array(2).fill(index.manifests[0]) }),
      );
    },
  ],
  [
    'an index that leads to an index, and on',
    /nested too deep/,
    async ({ output }) => {
      for (let depth = 0; depth < 10; depth++) await nestIndex(output);
    },
  ],
  [
    'layers in two fields',
    /manifest has the field "layers" more than once/,
    ({ output }) => output.editText({ manifest: (text) => text.replace('{', '{"layers":[],') }),
  ],
  [
    'layers in two fields that Go takes for one',
    /manifest has the field "[lL]ayers"/,
    ({ output }) => output.editText({ manifest: (text) => text.replace('{', '{"Layers":[],') }),
  ],
  [
    'an image that wants to be listed as the referrer of another',
    /manifest has the field "subject"/,
    ({ output, foreignLayer }) =>
      output.editText({ manifest: (text) => text.replace('{', `{"subject":${JSON.stringify(foreignLayer)},`) }),
  ],
  [
    'diff ids in two fields',
    /configuration has the field "[rR]oot[fF][sS]" more than once/,
    ({ output }) => output.editText({ config: (text) => text.replace('{', '{"RootFS":{"diff_ids":[]},') }),
  ],
  [
    'no label of the lifecycle',
    /its configuration has no config.Labels/,
    ({ output }) => output.edit((_, { config }) => void Reflect.deleteProperty(config.Labels, LIFECYCLE_LABEL)),
  ],
  [
    "the lifecycle's label twice",
    /more than one way to read/,
    ({ output }) => output.edit((_, { config }) => (config.Labels[LIFECYCLE_LABEL.toUpperCase()] = '{}')),
  ],
  [
    'a label that names another base',
    /says that the run image ends with sha256:0{64}/,
    ({ output }) =>
      output.edit((_, { config }) => {
        const text = config.Labels[LIFECYCLE_LABEL] ?? '';
        config.Labels[LIFECYCLE_LABEL] = text.replace(/"topLayer":"[^"]*"/, `"topLayer":"sha256:${'0'.repeat(64)}"`);
      }),
  ],
  [
    'a label that is no JSON',
    /the label io.buildpacks.build.metadata/,
    ({ output }) => output.edit((_, { config }) => (config.Labels['io.buildpacks.build.metadata'] = 'planted')),
  ],
  [
    'bills of materials without an end',
    /bills of materials/,
    async ({ layers }) => {
      await writeFile(path.join(layers, 'sbom/planted.json'), '');
      await truncate(path.join(layers, 'sbom/planted.json'), HUGE);
    },
  ],
  // The last one, since all other blobs of the build are on the registry afterwards.
  [
    'a layer of another image, with other bytes under its name',
    /is damaged: its content has the digest/,
    async ({ output, foreignLayer }) => {
      await writeFile(output.blob(foreignLayer.digest), '');
      await truncate(output.blob(foreignLayer.digest), foreignLayer.size);
      await output.edit(({ layers }) => void Object.assign(layers.at(-1) ?? {}, foreignLayer));
    },
  ],
];

/** Those that change nothing, since nobody reads what they change, or since it is written anew. */
const WITHOUT_EFFECT: readonly (readonly [string, Attack])[] = [
  [
    'another name in the annotation',
    ({ output }) => output.editText({ manifest: (text) => text.replace(/(image\.ref\.name":")[^"]*/, '$1planted') }),
  ],
  [
    "another run image's name in the label",
    ({ output }) => output.editText({ config: (text) => text.replace(/(\\"reference\\":\\")[^\\]*/, '$1planted') }),
  ],
  ['more blobs than the image has', ({ output }) => output.addBlob('planted')],
  [
    'other layouts beside the output',
    async ({ layout }) => {
      for (const name of (await readdir(layout)).filter((entry) => entry !== 'out.invalid'))
        await leadTo('/', path.join(layout, name));
    },
  ],
  ['a report that is a link', ({ layers }) => leadTo('/etc/passwd', path.join(layers, 'report.toml'))],
  ['a report that is a FIFO', ({ layers }) => replaceByFifo(path.join(layers, 'report.toml'))],
  ['a report without an end', ({ layers }) => truncate(path.join(layers, 'report.toml'), HUGE)],
  [
    'a report of other tags',
    ({ layers }) => writeFile(path.join(layers, 'report.toml'), '[image]\ntags = ["registry.invalid/planted:1"]\n'),
  ],
  ['a folder of bills that leads to /etc', ({ layers }) => leadTo('/etc', path.join(layers, 'sbom'))],
  [
    'bills that are links, FIFOs, and deep below',
    async ({ layers }) => {
      const folder = path.join(layers, 'sbom/launch/planted');
      await mkdir(path.join(folder, ...Array<string>(50).fill('deeper')), { recursive: true });
      await symlink('/etc/passwd', path.join(folder, 'link.json'));
      await symlink('/etc', path.join(folder, 'folder'));
      await replaceByFifo(path.join(folder, 'fifo.json'));
    },
  ],
  ['a cache that leads to /etc', ({ committed }) => leadTo('/etc', committed)],
  [
    'cache metadata without an end',
    ({ committed }) => truncate(path.join(committed, 'io.buildpacks.lifecycle.cache.metadata'), HUGE),
  ],
  [
    'cache metadata that is nested a million times',
    ({ committed }) =>
      writeFile(
        path.join(committed, 'io.buildpacks.lifecycle.cache.metadata'),
        `{"buildpacks":${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
      ),
  ],
  [
    'cached layers that are links, or without an end',
    async ({ committed }) => {
      const digests = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
      const layers = Object.fromEntries(digests.map((sha) => [sha, { sha, cache: true }]));
      const metadata = { buildpacks: [{ key: '../planted', version: '1', layers }] };
      await writeFile(path.join(committed, 'io.buildpacks.lifecycle.cache.metadata'), JSON.stringify(metadata));
      await symlink('/etc/passwd', path.join(committed, `${digests[0] ?? ''}.tar`));
      await writeFile(path.join(committed, `${digests[1] ?? ''}.tar`), '');
      await truncate(path.join(committed, `${digests[1] ?? ''}.tar`), HUGE);
    },
  ],
];

requiresEngine('what is published of a build directory that foreign code could write', () => {
  let world: World;
  let scratch: string;
  let image: string;
  let untampered: {
    readonly root: string;
    readonly digest: string;
    readonly sbom: readonly string[];
    readonly cached: readonly string[];
  };
  let ownLayer: Layer;
  let foreignLayer: Layer;
  const places = (name: string) => path.join(scratch, name);

  beforeAll(async () => {
    world = await startWorld({
      buildpacks: ['large-layer', 'procfile'],
      builder: { order: [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]] },
    });
    scratch = await mkdtemp(path.join(tmpdir(), 'e2e-tamper-'));
    image = world.image('app');
    const args = ['--builder', world.builder, '--path', 'samples/apps/procfile', '--env', 'BP_LARGE_LAYER_MB=1'];
    const victim = await build([world.image('app', 'victim'), ...args, '--env', 'BP_LARGE_LAYER_SEED=1']);
    foreignLayer = largeLayer(victim);
    const root = places('untampered');
    const more = [
      '--sbom-directory',
      places('sbom'),
      '--cache-store',
      `local:${places('cache')}`,
      '--allow-builder-tag',
    ];
    const prepared = await cli([
      'prepare',
      image,
      ...args,
      ...more,
      '--previous-image',
      'none',
      '--build-directory',
      root,
    ]);
    expect(prepared).toMatchObject({ status: 0 });
    expect(await cli(['run', '--build-directory', root])).toMatchObject({ status: 0 });
    const same = await build([world.image('baseline', 'whole'), ...args]);
    ownLayer = largeLayer(same);
    untampered = { root, digest: same.digest, sbom: [], cached: [] };
    const { sbom } = await publishAfter(({ plan }) => publishTo('baseline', plan));
    untampered = { ...untampered, sbom: sbom.files, cached: await readdir(places('cache'), { recursive: true }) };
  });
  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
    await world.stop();
  });

  /** Publishes a copy of the untampered build after an attack on it. */
  async function publishAfter(attack: Attack): Promise<BuildResult> {
    const root = places('tampered');
    await rm(root, { recursive: true, force: true });
    await cp(untampered.root, root, { recursive: true, verbatimSymlinks: true });
    for (const place of ['sbom', 'cache']) await rm(places(place), { recursive: true, force: true });
    const layout = path.join(root, 'layout');
    const output = editLayout(path.join(layout, 'out.invalid/app/1'));
    const [layers, committed] = [path.join(root, 'layers'), path.join(root, 'cache/committed')];
    await attack({
      root,
      plan: path.join(root, 'plan.json'),
      layout,
      layers,
      committed,
      output,
      ownLayer,
      foreignLayer,
    });
    world.registry.forget();
    return publishBuild(root, { connection: NO_CONNECTION, policies: [] }, corePorts());
  }

  const manifestsWritten = () =>
    world.registry
      .requests()
      .filter(({ method, path: place }) => method === 'PUT' && place.includes('/manifests/'))
      .map(({ path: place }) => place);

  it('is what a whole build gives', async () => {
    const { digest } = await publishAfter(() => Promise.resolve());
    expect(digest).toBe(untampered.digest);
    expect(manifestsWritten()).toEqual([`/v2/app/manifests/${digest}`, '/v2/app/manifests/1']);
  });

  describe('is nothing, with a reason, for', () => {
    it.each(REFUSED)('%s', async (_title, reason, attack) => {
      const error: unknown = await publishAfter(attack).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(BuildpacksError);
      expect(error).toMatchObject({ code: 'image', message: expect.stringMatching(reason) as string });
      expect(manifestsWritten()).toEqual([]);
    });
  });

  describe('is the same as ever with', () => {
    it.each(WITHOUT_EFFECT)('%s', async (_title, attack) => {
      const { digest, sbom } = await publishAfter(attack);
      expect(digest).toBe(untampered.digest);
      expect(manifestsWritten()).toEqual([`/v2/app/manifests/${digest}`, '/v2/app/manifests/1']);
      expect(untampered.sbom).toEqual(expect.arrayContaining([...sbom.files]));
      const cached = await readdir(places('cache'), { recursive: true }).catch(() => []);
      expect(untampered.cached).toEqual(expect.arrayContaining(cached));
    });
  });
});

function largeLayer({ layers }: BuildResult): Layer {
  const found = layers.find(({ owner }) => JSON.stringify(owner).includes('large'));
  if (found === undefined) throw new Error('the image has no large layer');
  return { digest: found.digest, size: found.size };
}

/** Another repository, so that the blobs of this one are as they were. */
async function publishTo(repository: string, plan: string): Promise<void> {
  await writeFile(plan, (await readFile(plan, 'utf8')).replace('"path": "app"', `"path": "${repository}"`));
}

/** Moves a file or folder away and puts a link to it in its place. */
async function replaceByLink(place: string, elsewhere: string): Promise<void> {
  await rename(place, elsewhere);
  await symlink(elsewhere, place);
}

async function leadTo(target: string, place: string): Promise<void> {
  await rm(place, { recursive: true });
  await symlink(target, place);
}

async function replaceByFifo(place: string): Promise<void> {
  await rm(place, { force: true });
  execFileSync('mkfifo', [place]);
}

/** Makes what the layout holds the content of an index below it. */
async function nestIndex(output: LayoutEditor): Promise<void> {
  const file = output.file('index.json');
  const inner = await output.addBlob(await readFile(file, 'utf8'));
  const descriptor = { ...inner, mediaType: 'application/vnd.oci.image.index.v1+json' };
  await writeFile(file, JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
}
