import { createReadStream } from 'node:fs';
import { open, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pour } from '../archive/extract.ts';
import { type Compression, decompressed, DEFAULT_LIMITS, readTar, treeItems } from '../archive/index.ts';
import { InputError } from '../errors/index.ts';
import type { Platform } from '../image/manifest.ts';
import { layoutImage, openLayoutArchive } from '../layout/index.ts';
import { type BuildpackPackage, packageFromImage } from './buildpack-package.ts';
import { type BuildpackDescriptor, parseBuildpackToml } from './descriptor.ts';
import { archivePath, ModuleWriter, normalizedEntry } from './module-writer.ts';

const DESCRIPTOR = 'buildpack.toml';
const MAX_DESCRIPTOR = 4 * 1024 * 1024;
const READ_SIZE = 1024 * 1024;
const MAGIC: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.of(0x1f, 0x8b)],
  ['zstd', Buffer.of(0x28, 0xb5, 0x2f, 0xfd)],
];

/**
 * A buildpack's own directory, with a `buildpack.toml` at its top. Links are kept; modes become those of a package.
 *
 * @throws InputError when it is none
 */
export async function packageFromDirectory(directory: string): Promise<BuildpackPackage> {
  const root = await realpath(directory);
  const file = path.join(root, DESCRIPTOR);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw noDescriptor(directory, error);
  });
  return single(parseBuildpackToml(text, path.join(directory, DESCRIPTOR)), async (target) => {
    const writer = new ModuleWriter(target, normalizedEntry);
    for await (const { entry, content } of treeItems(root)) {
      writer.begin(entry);
      for await (const bytes of content === undefined ? [] : chunksOf(content)) writer.write(bytes);
      writer.end();
    }
    writer.finish();
  });
}

/**
 * A file: a `.cnb` package (a tar that holds an OCI layout), or a buildpack's directory as tar, compressed with gzip or zstd or not.
 *
 * @param platform of the build, for packages that hold several
 * @throws InputError or BuildpacksError `image` when it is neither
 */
export async function packageFromArchive(file: string, platform: Platform): Promise<BuildpackPackage> {
  const found = await inspectArchive(file);
  if (found === 'layout') return packageFromImage(await layoutImage(await openLayoutArchive(file), platform));
  if (found === undefined) throw noDescriptor(file);
  return single(found, async (target) => {
    const writer = new ModuleWriter(target, normalizedEntry);
    await pour(await openArchive(file), writer, undefined);
    writer.finish();
  });
}

function single(descriptor: BuildpackDescriptor, place: (directory: string) => Promise<void>): BuildpackPackage {
  const main = { ...descriptor, place };
  return { main, modules: [main] };
}

/** Reads only as far as it takes to tell the two kinds apart. */
async function inspectArchive(file: string): Promise<BuildpackDescriptor | 'layout' | undefined> {
  for await (const { entry, content } of readTar(await openArchive(file))) {
    const name = archivePath(entry.path);
    if (name === 'oci-layout') return 'layout';
    if (name !== DESCRIPTOR || entry.type !== 'file') continue;
    if (entry.size > MAX_DESCRIPTOR) throw noDescriptor(file, new Error(`${entry.size} bytes are too many`));
    const bytes = await buffer(Readable.from(content));
    return parseBuildpackToml(bytes.toString('utf8'), `${file}/${DESCRIPTOR}`);
  }
  return undefined;
}

async function openArchive(file: string): Promise<Readable> {
  const start = await readStart(file);
  const [compression] = MAGIC.find(([, magic]) => start.subarray(0, magic.length).equals(magic)) ?? (['none'] as const);
  return decompressed(createReadStream(file, { highWaterMark: READ_SIZE }), compression, DEFAULT_LIMITS.bytes);
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer: start, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return start.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function chunksOf(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> | Uint8Array[] {
  return content instanceof Uint8Array ? [content] : content;
}

function noDescriptor(place: string, cause?: unknown): InputError {
  const why = cause instanceof Error && !isMissing(cause) ? cause.message : 'it has none at its top';
  return new InputError([
    {
      input: DESCRIPTOR,
      message: `"${place}" is no buildpack: ${DESCRIPTOR} can't be read (${why})`,
      hint: 'Give a directory or an archive with a buildpack.toml at its top, or a .cnb package.',
    },
  ]);
}

function isMissing(error: Error): boolean {
  return 'code' in error && error.code === 'ENOENT';
}
