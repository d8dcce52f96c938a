import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TEST_BUILDPACKS, build, hashOf, readToml, stage, temporaryDirectory, type Stage } from './buildpack-run.ts';

const TAMPER = path.join(TEST_BUILDPACKS, 'tamper');

describe('tamper', () => {
  /** A build directory with a run image and an output as the lifecycle leaves them, for the attacks to find. */
  async function attacked(attack: string): Promise<Stage & { readonly root: string; readonly output: string }> {
    const root = await temporaryDirectory();
    const at = await stage(
      {},
      {
        BP_TAMPER: attack,
        BP_TAMPER_BUILD: root,
        BP_TAMPER_DIGEST: `sha256:${'d'.repeat(64)}`,
        BP_TAMPER_TARGET: '/elsewhere',
        TMPDIR: root,
      },
    );
    const output = path.join(root, 'layout/out.invalid/app/1');
    for (const folder of ['config', 'cache', 'layout/run.invalid/base/1'])
      await mkdir(path.join(root, folder), { recursive: true });
    await writeFile(path.join(root, 'layout/run.invalid/base/1/index.json'), '{}');
    await plant(output);
    expect(await build(TAMPER, at)).toMatchObject({ status: 0 });
    return { ...at, root, output };
  }

  /** An image in a layout whose index is written as the lifecycle writes it: over several lines, with an annotation. */
  async function plant(layout: string): Promise<void> {
    const script = 'source "$1"; mkdir -p "$2"; plant_image "$2"';
    await promisify(execFile)('bash', ['-euc', script, 'plant', path.join(TAMPER, 'lib/image.sh'), layout]);
    const { manifests } = (await readJson(layout, 'index.json')) as { manifests: [object] };
    const named = { ...manifests[0], annotations: { 'org.opencontainers.image.ref.name': '1' } };
    const index = { schemaVersion: 2, manifests: [named] };
    await writeFile(path.join(layout, 'index.json'), JSON.stringify(index, undefined, 3));
  }

  test.for(['output_image', 'input_images'])('%s plants an image that is valid in itself', async (attack) => {
    const { root, output } = await attacked(attack);
    const layout = attack === 'output_image' ? output : path.join(root, 'layout/run.invalid/base/1');
    const index = (await readJson(layout, 'index.json')) as { manifests: [{ digest: string }] };
    const manifest = (await readBlob(layout, index.manifests[0].digest)) as { layers: [{ digest: string }] };
    await lstat(blobPath(layout, manifest.layers[0].digest));
    const blobs = await readdir(path.join(layout, 'blobs/sha256'));
    expect(await Promise.all(blobs.map((blob) => hashOf(path.join(layout, 'blobs/sha256', blob))))).toEqual(blobs);
  });

  test('output_link leads elsewhere', async () => {
    const { root, output } = await attacked('output_link');
    expect(await readlink(output)).toBe(path.join(root, 'tamper-planted'));
  });

  test('output_two names two images', async () => {
    const { output } = await attacked('output_two');
    expect(await readJson(output, 'index.json')).toHaveProperty('manifests.1.digest');
  });

  test('output_blobs leaves links, and one with other bytes', async () => {
    const { output } = await attacked('output_blobs');
    const blobs = (await readdir(path.join(output, 'blobs/sha256'))).map((blob) =>
      path.join(output, 'blobs/sha256', blob),
    );
    expect((await Promise.all(blobs.map((blob) => lstat(blob)))).every((blob) => blob.isSymbolicLink())).toBe(true);
    expect(await readFile(blobs.sort().at(-1) ?? '', 'utf8')).toBe('planted');
  });

  test('output_foreign_layer names a blob that is not there', async () => {
    const { output } = await attacked('output_foreign_layer');
    const index = (await readJson(output, 'index.json')) as { manifests: [{ digest: string }] };
    const manifest = (await readBlob(output, index.manifests[0].digest)) as { layers: { digest: string }[] };
    expect(manifest.layers.at(-1)?.digest).toBe(`sha256:${'d'.repeat(64)}`);
  });

  test.for([
    ['report_link', 'report.toml', readlink, '/etc/passwd'],
    ['report_fifo', 'report.toml', async (file: string) => (await lstat(file)).isFIFO(), true],
    ['report_huge', 'report.toml', async (file: string) => (await stat(file)).size, 2 ** 36],
    ['report_text', 'report.toml', async (file: string) => (await readFile(file, 'utf8')).includes('planted'), true],
    ['sbom_link', 'sbom', readlink, '/etc'],
    ['sbom_entries', 'sbom/launch/test_planted/sbom.cdx.json', readlink, '/etc/passwd'],
    ['sbom_fifo', 'sbom/launch/test_planted/sbom.cdx.json', async (file: string) => (await lstat(file)).isFIFO(), true],
    ['sbom_huge', 'sbom/launch/test_planted/sbom.cdx.json', async (file: string) => (await stat(file)).size, 2 ** 36],
  ] as const)('%s changes %s', async ([attack, name, look, seen]) => {
    const { layers } = await attacked(attack);
    expect(await look(path.join(path.dirname(layers), name))).toBe(seen);
  });

  test('cache plants entries that lead out of /layers', async () => {
    const { root } = await attacked('cache');
    expect(await readdir(path.join(root, 'cache/committed'))).toHaveLength(3);
  });

  test.for([
    ['output_parent', 'layout/out.invalid/app', '/'],
    ['cache_link', 'cache/committed', '/elsewhere'],
  ] as const)('%s leads elsewhere', async ([attack, name, target]) => {
    const { root } = await attacked(attack);
    expect(await readlink(path.join(root, name))).toBe(target);
  });

  test('deep nests folders deeper than a path can say', async () => {
    const { layers } = await attacked('deep');
    const folder = path.join(path.dirname(layers), 'deep');
    await expect(rm(folder, { recursive: true })).rejects.toThrow('ENAMETOOLONG');
    await promisify(execFile)('rm', ['-rf', folder]);
  });

  test('does several attacks in one run', async () => {
    const { layers } = await attacked('report_link sbom_link');
    const folder = path.dirname(layers);
    expect(await readlink(path.join(folder, 'report.toml'))).toBe('/etc/passwd');
    expect(await readlink(path.join(folder, 'sbom'))).toBe('/etc');
  });

  test('labels takes the place of what the lifecycle says', async () => {
    expect(await readToml(await attacked('labels'), 'launch.toml')).toHaveProperty(
      'labels.0.key',
      'io.buildpacks.lifecycle.metadata',
    );
  });

  test('a later attack begins with the report and goes on, signals or not', async () => {
    const { root, layers } = await attacked('later-report_text');
    const report = path.join(path.dirname(layers), 'report.toml');
    const left = await processLeftBehind(root);
    onTestFinished(() => void process.kill(left, 'SIGKILL'));
    process.kill(left, 'SIGTERM');
    await writeFile(report, 'real');
    await expect.poll(() => readFile(report, 'utf8').catch(() => ''), { timeout: 20_000 }).toContain('planted');
  });
});

/** The process id of the `keep.sh` that was started for this directory. */
async function processLeftBehind(root: string): Promise<number> {
  for (;;) {
    for (const name of await readdir('/proc')) {
      const of = (file: string): Promise<string> => readFile(path.join('/proc', name, file), 'utf8').catch(() => '');
      const isOurs = (await of('environ')).includes(`BP_TAMPER_BUILD=${root}\0`);
      if (isOurs && (await of('cmdline')).includes('/keep.sh\0')) return Number(name);
    }
  }
}

async function readJson(directory: string, name: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(directory, name), 'utf8'));
}

function blobPath(layout: string, digest: string): string {
  return path.join(layout, 'blobs', digest.replace(':', '/'));
}

async function readBlob(layout: string, digest: string): Promise<unknown> {
  return JSON.parse(await readFile(blobPath(layout, digest), 'utf8'));
}
