import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compressionOf, decompressed, readTar, type TarMember } from '../archive/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import { parseAppLabels, parseLifecycleMetadata } from '../lifecycle/labels.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { Image } from '../image/source.ts';
import { billFormatOf } from './components.ts';

/** A software bill of materials in an app image. */
export interface SbomFile {
  /** Below `/layers/sbom`, as in the result of a build: `launch/samples_nodejs/modules/sbom.cdx.json`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Where the lifecycle puts the files; an image has those of launch layers only (platform specification, "SBOM layer"). */
const ROOT = 'layers/sbom/';
const LAUNCH = `${ROOT}launch/`;

/** No image has bills of this size; what is larger wants to fill the disk. */
const MAX_LAYER_BYTES = 512 * 1024 * 1024;

/** The layer that holds the image's bills of materials; undefined when the image has none. */
export function sbomLayer(image: Pick<Image, 'manifest' | 'config'>): Descriptor | undefined {
  const diffId = parseLifecycleMetadata(image.config)?.sbom;
  return diffId === undefined ? undefined : image.manifest.layers[image.config.diffIds.lastIndexOf(diffId)];
}

/** Whether an image has bills of materials, if only somewhere else: engines give no layers out of their stores. */
export function recordsSbom({ config }: Pick<Image, 'config'>): boolean {
  return parseLifecycleMetadata(config)?.sbom !== undefined;
}

/**
 * Whether a buildpack of the image has told what it put into it: the lifecycle's own bill, of its launcher, is in every image. Undefined when
 * the bills are not where the image is.
 *
 * @throws BuildpacksError `image` as `listSbom`
 */
export async function hasBuildpackBill(image: Image): Promise<boolean | undefined> {
  const layer = sbomLayer(image);
  if (layer === undefined) return recordsSbom(image) ? undefined : false;
  if (!(await image.source.has(layer))) return undefined;
  const folders = (parseAppLabels(image.config)?.build?.buildpacks ?? []).map(({ id }) => id.replaceAll('/', '_'));
  const bills = (await listSbom(image)).filter(({ path: file }) => billFormatOf(file) !== undefined);
  return bills.some(({ path: file }) => folders.some((folder) => file.startsWith(`launch/${folder}/`)));
}

/**
 * Lists the bills of materials, sorted by path. Reads the SBOM layer through.
 *
 * @throws BuildpacksError `image` when the layer is damaged or not where the image is
 */
export async function listSbom(image: Image): Promise<readonly SbomFile[]> {
  const files: SbomFile[] = [];
  for await (const { file } of sbomMembers(image)) files.push(file);
  return sorted(files);
}

/**
 * Writes the bills of materials below `directory` (created if needed); files that are there are replaced. Only regular files are
 * written, and only with paths that stay below it.
 *
 * @throws BuildpacksError `image` when the layer is damaged, or not where the image is
 */
export async function extractSbom(image: Image, directory: string): Promise<readonly SbomFile[]> {
  const files: SbomFile[] = [];
  for await (const { file, content } of sbomMembers(image)) {
    const target = path.join(directory, file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await rm(target, { force: true });
    await writeFile(target, content, { flag: 'wx' });
    files.push(file);
  }
  return sorted(files);
}

/**
 * The bills of materials in the order of their layer, each to be read before the next one is asked for.
 *
 * @throws BuildpacksError `image` as `listSbom`
 */
export async function* sbomMembers(
  image: Image,
): AsyncGenerator<{ readonly file: SbomFile; readonly content: TarMember['content'] }> {
  const layer = sbomLayer(image);
  if (layer === undefined) return;
  const blob = await image.source.open(layer);
  for await (const { entry, content } of readTar(decompressed(blob, compressionOf(layer.mediaType), MAX_LAYER_BYTES))) {
    const inside = entry.path.replace(/^\/+/, '');
    if (entry.type !== 'file' || !inside.startsWith(LAUNCH)) continue;
    const file = { path: inside.slice(ROOT.length), size: entry.size };
    if (!staysBelow(file.path)) {
      throw new BuildpacksError('image', `the SBOM layer of ${image.source.name} holds the path "${entry.path}"`);
    }
    yield { file, content };
  }
}

function staysBelow(relative: string): boolean {
  return relative.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'));
}

function sorted(files: readonly SbomFile[]): readonly SbomFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
