import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBuildpack } from '../bench/buildpack.ts';
import { buildpackDirectory, crane } from '../bench/images.ts';
import { requiresDocker, requiresRoot } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const NAMES = ['procfile', 'large-layer', 'env-probe', 'canary'] as const;
type Name = (typeof NAMES)[number] | 'composite';

const COMPOSITE = `api = "0.10"
[buildpack]
id = "test/composite"
version = "1"
[[order]]
[[order.group]]
id = "samples/procfile"
version = "VERSION"
`;

let world: World;
let scratch: string;
/** Digests of layers as the registry names them. */
let layerOf: ReadonlyMap<Name, string>;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'e2e-unused-'));
  world = await startWorld({ buildpacks: NAMES });
});
afterAll(async () => {
  await world.stop();
  await rm(scratch, { recursive: true });
});

requiresRoot('an explicit list of buildpacks', () => {
  let builder: string;
  /** The same builder, but that its label does not say which layers hold the buildpacks. */
  let unlabelled: string;
  beforeAll(async () => {
    const directories = [...(await Promise.all(NAMES.map(buildpackDirectory))), await makeComposite()];
    const buildpacks = await Promise.all(directories.map(readBuildpack));
    const system = { post: [{ id: 'test/env-probe' }] };
    builder = await world.addBuilder('composed', { buildpacks: directories, system });
    const label = 'io.buildpacks.buildpack.layers';
    const { config } = await world.config(builder);
    const text = (config.Labels[label] ?? '').replaceAll('layerDiffID', 'elsewhere');
    unlabelled = await world.addBuilder('unlabelled', { buildpacks: directories, system, labels: { [label]: text } });
    layerOf = new Map(
      buildpacks.map(({ layer }, index) => [NAMES[index] ?? 'composite', layer.descriptor.digest] as const),
    );
  });

  describe.each<[string, readonly string[], readonly Name[]]>([
    ['of one buildpack', ['--buildpacks', 'samples/procfile'], ['large-layer', 'canary', 'composite']],
    ['of a composite buildpack', ['--buildpacks', 'test/composite'], ['large-layer', 'canary']],
    [
      'without system buildpacks',
      ['--buildpacks', 'samples/procfile', '--disable-system-buildpacks'],
      ['large-layer', 'canary', 'composite', 'env-probe'],
    ],
    [
      'with one that is brought along',
      ['--buildpacks', 'test/buildpacks/label-data', '--buildpacks', 'samples/procfile'],
      ['large-layer', 'canary', 'composite'],
    ],
    ['with the order of the builder', ['--buildpacks', 'from=builder'], ['composite']],
  ])('%s', (title, list, unused) => {
    const name = title.replaceAll(' ', '-');
    const args = ['--path', 'samples/apps/procfile', '--engine', 'rootfs', ...list];

    it('has every layer fetched but those of other buildpacks, and gives the same image', async () => {
      world.registry.forget();
      const { digest } = await build([world.image(name), '--builder', builder, ...args]);
      expect(fetched('composed')).toEqual(await blobsWithout(builder, unused));

      world.registry.forget();
      const whole = await build([world.image(`${name}-whole`), '--builder', unlabelled, ...args]);
      expect(fetched('unlabelled')).toEqual(await blobsWithout(unlabelled, []));
      expect(digest).toBe(whole.digest);
    });
  });

  it('is remembered by the plan of a build in stages', async () => {
    const directory = path.join(await temporaryDirectory('staged'), 'build');
    const named = `${builder.replace(/:1$/, '')}@${await world.digest(builder)}`;
    const inputs = ['--path', 'samples/apps/procfile', '--engine', 'rootfs', '--buildpacks', 'samples/procfile'];
    await succeed(['prepare', world.image('staged'), '--builder', named, ...inputs, '--build-directory', directory]);
    world.registry.forget();
    await succeed(['run', '--build-directory', directory]);

    expect(fetched('composed')).toEqual(await blobsWithout(builder, ['large-layer', 'canary', 'composite']));
  });

  it('has no say when there is none', async () => {
    world.registry.forget();
    const args = ['--path', 'samples/apps/procfile', '--engine', 'rootfs'];
    await build([world.image('own-order'), '--builder', builder, ...args]);

    expect(fetched('composed')).toEqual(await blobsWithout(builder, []));
  });

  requiresDocker('beside a container', () => {
    it('gives the image that the engine builds, which pulls everything', async () => {
      const args = ['--path', 'samples/apps/procfile', '--buildpacks', 'samples/procfile', '--builder', builder];
      const rootfs = await build([world.image('in-rootfs'), ...args, '--engine', 'rootfs']);
      const container = await build([world.image('in-container'), ...args, '--engine', 'container']);

      expect(rootfs.digest).toBe(container.digest);
    });
  });
});

/** A buildpack that stands for another one. */
async function makeComposite(): Promise<string> {
  const { version } = await readBuildpack(await buildpackDirectory('procfile'));
  const directory = path.join(scratch, 'composite');
  await mkdir(directory);
  await writeFile(path.join(directory, 'buildpack.toml'), COMPOSITE.replace('VERSION', version));
  return directory;
}

/** Configuration and layers of a builder, sorted, without those of some buildpacks. */
async function blobsWithout(reference: string, unused: readonly Name[]): Promise<readonly string[]> {
  const manifest = JSON.parse(await crane(['manifest', reference], reference, world.registry.access)) as {
    readonly config: { readonly digest: string };
    readonly layers: readonly { readonly digest: string }[];
  };
  const left = new Set(unused.map((name) => layerOf.get(name)));
  return [...new Set([manifest.config, ...manifest.layers].map(({ digest }) => digest))]
    .filter((digest) => !left.has(digest))
    .sort();
}

/** The blobs of a repository that were asked for, sorted. */
function fetched(repository: string): readonly string[] {
  const blobs = world.registry
    .requests()
    .filter(({ method, path: url }) => method === 'GET' && url.startsWith(`/v2/${repository}/blobs/`))
    .map(({ path: url }) => url.slice(url.lastIndexOf('/') + 1));
  return blobs.sort();
}

async function succeed(args: readonly string[]): Promise<void> {
  const { status, stderr } = await cli(args);
  if (status !== 0) throw new Error(stderr);
}
