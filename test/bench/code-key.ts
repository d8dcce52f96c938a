import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './cache.ts';

/** The code that decides the bytes of layers and images, as files and folders. */
const CODE = [
  'packages/core/src/archive',
  'packages/core/src/layout',
  ...[
    'base',
    'builder',
    'builder-labels',
    'builder-layers',
    'builder-options',
    'buildpack',
    'image',
    'rootfs',
    'run-image',
  ].map((name) => `test/bench/${name}.ts`),
];
/** What only unpacks: no layer is made by it. */
const UNPACKS = new Set(
  ['extract', 'kept-paths', 'layer-chunks', 'layer-writer', 'tree-root', 'tree-writer', 'unpack-image', 'zip'].map(
    (name) => `packages/core/src/archive/${name}.ts`,
  ),
);

let key: Promise<string> | undefined;

/** Names the present state of that code: what was made by another state must not be taken from the cache. */
export async function codeKey(): Promise<string> {
  return (key ??= hashOf(CODE));
}

async function hashOf(places: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const place of places) {
    const file = path.join(ROOT, place);
    const files = place.endsWith('.ts') ? [file] : (await readdir(file)).sort().map((name) => path.join(file, name));
    for (const each of files) if (!UNPACKS.has(path.relative(ROOT, each))) hash.update(await readFile(each));
  }
  return hash.digest('hex').slice(0, 16);
}
