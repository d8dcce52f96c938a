import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type Compression,
  directoryItem,
  fileItem,
  type TarItem,
  symlinkItem,
} from '../../../packages/core/src/archive/index.ts';
import type { Descriptor } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { addBlob, writeIndex, writeLayer, type WrittenLayer } from '../../../packages/core/src/layout/index.ts';
import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { codeKey } from '../../bench/code-key.ts';
import { kept, keyOf } from '../../bench/cache.ts';
import { debianPackages } from '../../bench/debian.ts';
import { linux } from '../../bench/image.ts';
import { EPOCH, rootfsItems } from '../../bench/rootfs.ts';
import { jars } from '../cache/jars.ts';
import { machineCode } from '../cache/machine-code.ts';

/** To be counted up when anything below changes. */
const EDITION = 2;
const FACTS = { mtime: EPOCH };
const MEGABYTE = 1024 * 1024;

/** One layer: a part of what builders hold. */
interface Part {
  readonly name: string;
  readonly items: () => Iterable<TarItem> | Promise<Iterable<TarItem>>;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Some 907 MB in 13,000 files; compressed with gzip, some 500 MB. */
const PARTS: readonly Part[] = [
  { name: 'operating system', items: operatingSystem },
  { name: 'modules', items: () => inFolder('modules', nodeModules(numbers(600))) },
  { name: 'programs', items: () => inFolder('programs', programs(20, 9 * MEGABYTE)) },
  { name: 'libraries', items: () => inFolder('libraries', jars(numbers(620))) },
  { name: 'runtime', items: () => inFolder('runtime', archives('runtime', 4, 30 * MEGABYTE)) },
  { name: 'compiler', items: () => inFolder('compiler', archives('compiler', 2, 45 * MEGABYTE)) },
  { name: 'tools', items: () => inFolder('tools', programs(65, MEGABYTE)) },
  { name: 'links', items: () => numbers(300).map((index) => symlinkItem(`links/link-${index}`, '../modules', FACTS)) },
];

/**
 * An OCI layout with an image that is to a pull what builders are: many small files and some large ones in several layers, of what
 * compresses well and of what does not. Kept in the bench's cache.
 */
export async function builderLikeImage(compression: Compression): Promise<string> {
  const inputs = [await codeKey(), EDITION, compression, (await debianPackages()).build];
  return kept(`images/pull-${keyOf(inputs)}`, (layout) => write(layout, compression));
}

/** Unlike that of the bench's builders, which a container engine may have already. */
async function operatingSystem(): Promise<readonly TarItem[]> {
  const { build } = await debianPackages();
  return [...(await rootfsItems(build)), fileItem('etc/benchmark', 'pull\n', FACTS)];
}

async function write(layout: string, compression: Compression): Promise<void> {
  const layers: WrittenLayer[] = [];
  for (const part of PARTS) layers.push(await writeLayer(layout, await part.items(), { compression }));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await addJson(layout, MEDIA_TYPE.ociConfig, {
      ...linux(),
      config: { Env: ['PATH=/usr/bin:/bin'] },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: PARTS.map(({ name }) => ({ created_by: name })),
    }),
    layers: layers.map(({ descriptor }) => descriptor),
  };
  await writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeIndex(layout, [await addJson(layout, MEDIA_TYPE.ociManifest, manifest)]);
}

async function addJson(layout: string, mediaType: string, value: object): Promise<Descriptor> {
  return addBlob(layout, [Buffer.from(JSON.stringify(value))], mediaType);
}

/** The files with every folder before what is in it, as image builders list them. */
function* inFolder(
  top: string,
  files: Iterable<{ readonly name: string; readonly content: Uint8Array | string }>,
): Generator<TarItem> {
  const seen = new Set<string>();
  for (const { name, content } of files) {
    const place = `${top}/${name}`;
    for (let slash = place.indexOf('/'); slash !== -1; slash = place.indexOf('/', slash + 1)) {
      const folder = place.slice(0, slash);
      if (!seen.has(folder)) yield directoryItem(folder, FACTS);
      seen.add(folder);
    }
    yield fileItem(place, content, FACTS);
  }
}

function* programs(count: number, bytes: number) {
  for (const index of numbers(count))
    yield { name: `bin/program-${index}`, content: machineCode(bytes + index, bytes) };
}

/** What a builder for closed networks brings: archives that are compressed already. */
function* archives(name: string, count: number, bytes: number) {
  for (const index of numbers(count))
    yield { name: `${name}-${index}.tar.xz`, content: seededBytes(bytes + index, bytes) };
}
