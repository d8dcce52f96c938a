import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fetchLayer, layerChunks } from '../archive/layer-chunks.ts';
import { readTar } from '../archive/tar-reader.ts';
import { DEFAULT_LIMITS } from '../archive/tree-writer.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { Image } from '../image/source.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import type { Log } from '../ports/index.ts';
import { type BuildpackDependency, parseBuildpackDescription } from './buildpack-dependencies.ts';
import type { ModuleName } from './module.ts';
import { layeredModules } from './unused-layers.ts';

/** A buildpack that an image has, and what it fetches. */
export interface DescribedBuildpack {
  readonly id: string;
  readonly version: string;
  /** Without those that lie in the image beside the buildpack, as in packages that were made for offline use. */
  readonly dependencies: readonly BuildpackDependency[];
}

export interface DescriptionPorts {
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Layers that are read at once. */
const AT_ONCE = 3;
/** The largest that are known have a few hundred KiB. */
const MAX_DESCRIPTION_SIZE = 8 * 1024 * 1024;
/** What a buildpack that was packed for offline use brings along, by its SHA-256. */
const EMBEDDED = /^([0-9a-f]{64})(?:\.toml)?$/;
const BUILDPACK_FILE =
  /^(?:\.?\/)?(cnb\/buildpacks\/[^/]+\/[^/]+)\/(?:(buildpack\.toml)|dependencies\/([0-9a-f]{64})(?:\.toml)?)$/;

/**
 * Reads the `buildpack.toml`s of a builder or of a packed buildpack. No label has what they say of dependencies, so the layers of
 * buildpacks are read; not those of composite buildpacks, which fetch nothing themselves. Each layer is read to its end, since only
 * there its digest is known to be right.
 *
 * @param isWanted which buildpacks; of layers that hold no other ones nothing is read
 * @throws BuildpacksError `image` when a layer is damaged
 */
export async function readBuildpackDescriptions(
  image: Image,
  ports: DescriptionPorts,
  isWanted: (module: ModuleName) => boolean = () => true,
): Promise<readonly DescribedBuildpack[]> {
  const layers = buildpackLayers(image, isWanted);
  const found = await mapInParallel(layers, AT_ONCE, (layer) => readLayer(image, layer, ports));
  return found.flat().filter(isWanted);
}

/** As `readBuildpackDescriptions`, of a buildpack's own directory. */
export async function describeDirectory(directory: string): Promise<readonly DescribedBuildpack[]> {
  const text = await readFile(path.join(directory, 'buildpack.toml'), 'utf8');
  const names = await readdir(path.join(directory, 'dependencies')).catch((): string[] => []);
  return describe(text, new Set(names.flatMap((name) => EMBEDDED.exec(name)?.[1] ?? [])));
}

function buildpackLayers(
  { config, manifest, ...image }: Image,
  isWanted: (module: ModuleName) => boolean,
): readonly Descriptor[] {
  const modules = layeredModules({ config, manifest, ...image }).filter(({ order }) => order.length === 0);
  const wanted = new Set(modules.filter(isWanted).map(({ diffId }) => diffId));
  return manifest.layers.filter((_, index) => wanted.has(config.diffIds[index]));
}

async function readLayer(
  image: Image,
  layer: Descriptor,
  { log, signal }: DescriptionPorts,
): Promise<readonly DescribedBuildpack[]> {
  const texts = new Map<string, string>();
  const embedded = new Map<string, Set<string>>();
  const stream = await fetchLayer(image, layer, { maxBytes: DEFAULT_LIMITS.bytes, log, signal });
  for await (const { entry, content } of readTar(layerChunks(stream, layer, () => undefined))) {
    const [, folder, description, hex] = BUILDPACK_FILE.exec(entry.path) ?? [];
    if (folder === undefined || entry.type !== 'file') continue;
    if (hex !== undefined) embedded.set(folder, (embedded.get(folder) ?? new Set()).add(hex));
    if (description === undefined) continue;
    if (entry.size > MAX_DESCRIPTION_SIZE) throw tooLarge(entry.path, entry.size);
    texts.set(folder, (await buffer(content)).toString());
  }
  return [...texts].flatMap(([folder, text]) => describe(text, embedded.get(folder) ?? new Set()));
}

function describe(text: string, embedded: ReadonlySet<string>): readonly DescribedBuildpack[] {
  const description = parseBuildpackDescription(text);
  if (description === undefined) return [];
  const { id, version, dependencies } = description;
  const isInside = ({ uri, digest }: BuildpackDependency) =>
    uri.startsWith('file:') || (digest !== undefined && embedded.has(digest.slice('sha256:'.length)));
  return [{ id, version, dependencies: dependencies.filter((dependency) => !isInside(dependency)) }];
}

function tooLarge(path: string, size: number): BuildpacksError {
  return new BuildpacksError('image', `"${path}" has ${size} bytes`);
}
