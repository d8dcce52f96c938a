import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cachePath } from '../../bench/cache.ts';
import { command } from '../../bench/command.ts';
import {
  type BenchImage,
  buildpackDirectory,
  type BuilderOptions,
  crane,
  makeBuilder,
  makeRunImage,
  pushLayout,
} from '../../bench/images.ts';
import { startRegistry } from '../../bench/registry.ts';

const RUN_IMAGE = 'registry.bench.test/run:1';

async function builder(options: Partial<BuilderOptions> = {}): Promise<BenchImage> {
  const buildpacks = await Promise.all(['ca-certificates', 'procfile'].map(buildpackDirectory));
  return makeBuilder({ buildpacks, runImage: RUN_IMAGE, ...options });
}

interface Configuration {
  readonly architecture: string;
  readonly config: { readonly Env: readonly string[]; readonly Labels: Readonly<Record<string, string>> };
}

async function json({ layout }: BenchImage, digest: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(layout, 'blobs/sha256', digest.slice('sha256:'.length)), 'utf8'));
}

async function configuration(image: BenchImage): Promise<Configuration> {
  const manifest = (await json(image, image.manifestDigest)) as { config: { digest: string } };
  return (await json(image, manifest.config.digest)) as Configuration;
}

async function label(image: BenchImage, name: string): Promise<unknown> {
  return JSON.parse((await configuration(image)).config.Labels[name] ?? 'null');
}

describe('the images', () => {
  it('have the same digests when they are made anew elsewhere, under another umask', async () => {
    const cache = await mkdtemp(path.join(tmpdir(), 'bench-images-'));
    onTestFinished(() => rm(cache, { recursive: true }));
    // Tools and packages may stay: it is layers and images that have to be made again.
    for (const name of ['bin', 'debian']) await symlink(cachePath(name), path.join(cache, name));
    const module = path.resolve(import.meta.dirname, '../../bench/images.ts');
    const script = `
      process.umask(0o077);
      const { buildpackDirectory, makeBuilder, makeRunImage } = await import(${JSON.stringify(module)});
      const buildpacks = await Promise.all(['ca-certificates', 'procfile'].map(buildpackDirectory));
      const built = await makeBuilder({ buildpacks, runImage: ${JSON.stringify(RUN_IMAGE)} });
      console.log(JSON.stringify([(await makeRunImage()).digest, built.digest]));`;
    const environment = { BENCH_CACHE: cache };
    const elsewhere = await command(process.execPath, ['--input-type=module', '--eval', script], { environment });
    const here = [await makeRunImage(), await builder()];
    expect(JSON.parse(elsewhere)).toEqual(here.map(({ digest }) => digest));
  });

  it('are whole to the eyes of crane, in every variant', async () => {
    const registry = await startRegistry();
    onTestFinished(() => registry.stop());
    const variants = {
      'run-oci': await makeRunImage({ annotations: { 'org.opencontainers.image.ref.name': 'its own' } }),
      'run-docker': await makeRunImage({ types: 'docker' }),
      'run-oci-index': await makeRunImage({ index: true }),
      'run-docker-index': await makeRunImage({ types: 'docker', index: true }),
      'builder-oci': await builder(),
      'builder-docker': await builder({ types: 'docker', lifecycle: 'lifecycle-previous' }),
    };
    for (const [name, image] of Object.entries(variants)) {
      const reference = `${registry.host}/${name}:1`;
      await expect(pushLayout(image.layout, reference)).resolves.toBe(`${registry.host}/${name}@${image.digest}`);
      await expect(crane(['validate', '--remote', reference], reference)).resolves.toContain('PASS');
    }
  });

  it('go into the folder that a test gives', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bench-images-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await mkdir(path.join(directory, 'run'));
    const given = await makeRunImage({ directory: path.join(directory, 'run') });
    expect(given).toEqual({ ...(await makeRunImage()), layout: path.join(directory, 'run') });
  });
});

describe('a run image', () => {
  it('of another edition shares all layers but one', async () => {
    const editions = await Promise.all(['1', '2'].map((edition) => makeRunImage({ edition })));
    const manifests = await Promise.all(editions.map((image) => json(image, image.digest)));
    const [first, second] = manifests.map((manifest) => (manifest as { layers: { digest: string }[] }).layers);
    expect(first?.length).toBe(second?.length);
    expect(first?.filter(({ digest }) => !second?.some((other) => other.digest === digest))).toHaveLength(1);
  });
});

describe('a builder', () => {
  it('says who builds', async () => {
    const { config } = await configuration(await builder({ user: { uid: 2001, gid: 2000 } }));
    expect(config.Env).toEqual(expect.arrayContaining(['CNB_USER_ID=2001', 'CNB_GROUP_ID=2000']));
  });

  it('says what it holds, with every version filled in', async () => {
    const order = await label(
      await builder({ order: [[{ id: 'samples/procfile', optional: true }]] }),
      'io.buildpacks.buildpack.order',
    );
    expect(order).toEqual([{ group: [{ id: 'samples/procfile', version: '0.1.0', optional: true }] }]);
  });

  it('names the run image and its mirrors', async () => {
    const metadata = await label(await builder({ mirrors: ['mirror.test/run:1'] }), 'io.buildpacks.builder.metadata');
    expect(metadata).toMatchObject({ images: [{ image: RUN_IMAGE, mirrors: ['mirror.test/run:1'] }] });
  });

  it.each([
    ['without a lifecycle', { lifecycle: 'none' }, {}],
    ['too old', { platformApis: ['0.11'] }, { apis: { platform: { supported: ['0.11'] } } }],
    ['of the previous lifecycle', { lifecycle: 'lifecycle-previous' }, { version: '0.21.11' }],
  ] as const)('can be one %s', async (_, options, lifecycle) => {
    const metadata = await label(await builder(options), 'io.buildpacks.builder.metadata');
    expect(metadata).toMatchObject({ lifecycle });
  });

  it('without a lifecycle has no file of it', async () => {
    const [whole, lacking] = await Promise.all([builder(), builder({ lifecycle: 'none' })]);
    const count = async (image: BenchImage): Promise<number> => {
      const { layers } = (await json(image, image.digest)) as { layers: unknown[] };
      return layers.length;
    };
    expect(await count(lacking)).toBe((await count(whole)) - 1);
  });

  it('can claim another architecture', async () => {
    const { architecture } = await configuration(await builder({ architecture: 's390x' }));
    expect(architecture).toBe('s390x');
  });

  it('is refused when its order names what it has not', async () => {
    await expect(builder({ order: [[{ id: 'samples/nothing' }]] })).rejects.toThrow('samples/nothing');
  });
});
