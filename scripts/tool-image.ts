/**
 * Makes the tool image; `image/README.md` tells what is in it.
 *
 * Usage: node scripts/tool-image.ts [DIRECTORY]          writes the layout, by default to image/dist, and prints digests and sizes
 *        node scripts/tool-image.ts [DIRECTORY] --write  and puts the digest into release.json
 *        node scripts/tool-image.ts [DIRECTORY] --check  and fails when release.json has another one
 *        node scripts/tool-image.ts --pins               renews image/packages.json by what this machine's apt has
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Descriptor } from '../packages/core/src/image/manifest.ts';
import { cachePath } from '../test/bench/cache.ts';
import { ROOT } from './bundle.ts';
import { readRelease, RELEASE_FILE, withDigest } from './release/release-file.ts';
import { ARCHITECTURES } from './tool-image/architecture.ts';
import { PINS_FILE, readPins } from './tool-image/pins.ts';
import { ownPrograms } from './tool-image/program-layer.ts';
import { renewedPins } from './tool-image/renew-pins.ts';
import { addToolImage, addToolIndex, finishLayout } from './tool-image/tool-image.ts';

/** The one of the tests, so that nothing is downloaded twice. */
const CACHE = cachePath('tool-image');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, check: { type: 'boolean' }, pins: { type: 'boolean' } },
});

if (values.pins === true) {
  writeFileSync(PINS_FILE, `${JSON.stringify(await renewedPins(CACHE, Date.now()), null, 2)}\n`);
} else {
  const { digest } = await make(path.resolve(positionals[0] ?? path.join(ROOT, 'image', 'dist')));
  if (values.write === true)
    writeFileSync(RELEASE_FILE, withDigest(readFileSync(RELEASE_FILE, 'utf8'), 'toolImage', digest));
  if (values.check === true) check(digest);
}

async function make(layout: string): Promise<Descriptor> {
  await clear(layout);
  const { version } = readRelease();
  const image = { version, pins: readPins(), programs: await ownPrograms() };
  const manifests: Descriptor[] = [];
  for (const architecture of ARCHITECTURES) {
    const manifest = await addToolImage(layout, { ...image, architecture }, { cache: CACHE });
    print(layout, architecture, manifest);
    manifests.push(manifest);
  }
  const index = await addToolIndex(layout, image, manifests);
  await finishLayout(layout, index, version);
  process.stdout.write(`index  ${index.digest}\n`);
  return index;
}

/** Only what was made here before may be removed. */
async function clear(layout: string): Promise<void> {
  const names = await readdir(layout).catch((): readonly string[] => []);
  if (names.length > 0 && !names.includes('oci-layout'))
    throw new Error(`"${layout}" has files, and is no OCI layout: give another directory`);
  await rm(layout, { recursive: true, force: true });
}

function print(layout: string, architecture: string, manifest: Descriptor): void {
  const file = path.join(layout, 'blobs', ...manifest.digest.split(':'));
  const { layers } = JSON.parse(readFileSync(file, 'utf8')) as { readonly layers: readonly Descriptor[] };
  const sizes = layers.map(({ size }) => (size / 1e6).toFixed(1));
  const all = layers.reduce((sum, { size }) => sum + size, 0) / 1e6;
  process.stdout.write(`${architecture}  ${manifest.digest}  ${all.toFixed(1)} MB (${sizes.join(' + ')})\n`);
}

function check(digest: string): void {
  const { toolImage } = readRelease();
  if (toolImage.digest !== digest)
    throw new Error(`release.json has ${toolImage.digest}, and this commit makes ${digest}`);
}
