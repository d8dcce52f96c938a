import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { decompressed, readTar } from '../../packages/core/src/archive/index.ts';
import { command } from '../../test/bench/command.ts';
import { ROOT } from '../bundle.ts';
import { type Architecture, FACTS } from './architecture.ts';

/** Node's program for one architecture. */
export interface NodePackage {
  /** As `package-lock.json` has them: the image has the Node that the tests run on. */
  readonly version: string;
  readonly integrity: string;
}

/** What the image needs of it. */
export interface NodeFiles {
  readonly program: Buffer;
  readonly licence: Buffer;
}

const MAX_SIZE = 1024 ** 3;

export function nodePackage(architecture: Architecture): NodePackage {
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, NodePackage>>;
  };
  const { node } = FACTS[architecture];
  const entry = lock.packages[`node_modules/${node}`];
  if (entry === undefined) throw new Error(`package-lock.json does not name ${node}`);
  return entry;
}

/**
 * Gets the package with npm, which installs only this machine's own, and checks it against the lock file.
 *
 * @param cache a folder in which it is kept
 * @throws Error when its bytes are other ones
 */
export async function fetchNode(architecture: Architecture, cache: string): Promise<NodeFiles> {
  const { version, integrity } = nodePackage(architecture);
  const file = path.join(cache, `${FACTS[architecture].node}-${version}.tgz`);
  if (!existsSync(file)) await download(`${FACTS[architecture].node}@${version}`, file);
  const bytes = await readFile(file);
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== integrity) throw new Error(`"${file}" is not what package-lock.json says: ${found}`);
  return unpack(bytes);
}

async function download(name: string, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const folder = await mkdtemp(`${file}.`);
  try {
    await command(path.join(ROOT, 'node_modules/.bin/npm'), ['pack', '--silent', name], { directory: folder });
    const [packed = ''] = await readdir(folder);
    await rename(path.join(folder, packed), file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(bytes: Buffer): Promise<NodeFiles> {
  const files = new Map<string, Buffer>();
  for await (const { entry, content } of readTar(decompressed(Readable.from([bytes]), 'gzip', MAX_SIZE))) {
    if (['package/bin/node', 'package/LICENSE'].includes(entry.path)) files.set(entry.path, await buffer(content));
  }
  const [program, licence] = [files.get('package/bin/node'), files.get('package/LICENSE')];
  if (program === undefined || licence === undefined) throw new Error('the npm package of Node has no bin/node');
  return { program, licence };
}
