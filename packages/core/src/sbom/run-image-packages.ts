import { compressionOf, decompressed, readTar } from '../archive/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { Image } from '../image/source.ts';
import { asArray, asRecord, parseJson } from '../json/json.ts';
import { billFormatOf, type Component, component, componentsOf, MAX_BILL_SIZE } from './components.ts';
import { collect } from './image-components.ts';

/** The operating system's packages in a run image, as far as the image itself tells them. */
export type RunImagePackages =
  | { readonly state: 'known'; readonly packages: readonly Component[] }
  /** It tells nothing, which nobody had to be asked for. */
  | { readonly state: 'untold' }
  | { readonly state: 'unknown'; readonly reason: string };

/** By which older run images of Paketo's tell their packages, as a list in JSON. */
export const PACKAGES_LABEL = 'io.paketo.stack.packages';
/**
 * The diff id of a layer with bills of materials. No specification has it: Paketo's tools write it.
 *
 * @see https://github.com/paketo-buildpacks/rfcs/blob/main/text/stacks/0003-sbom-formats.md
 */
const SBOM_LABEL = 'io.buildpacks.base.sbom';

const FOLDER = 'cnb/sbom/';
/** Compressed: what is larger is more than bills of materials, and not worth its transfer. */
const MAX_LAYER_SIZE = 16 * 1024 * 1024;
const MAX_UNPACKED = 64 * 1024 * 1024;
const MAX_PACKAGES = 50_000;

/**
 * The packages of a run image: of its small layer with bills of materials, or of its label, for which nothing is read.
 *
 * @throws BuildpacksError `cancelled`; all other trouble is told
 */
export async function runImagePackages(image: Image): Promise<RunImagePackages> {
  const layer = baseSbomLayer(image);
  if (layer !== undefined) return told(image, layer);
  const listed = asArray(parseJson(image.config.config.Labels[PACKAGES_LABEL] ?? '')).flatMap((item) =>
    component(asRecord(item)),
  );
  return listed.length === 0 ? { state: 'untold' } : { state: 'known', packages: listed.slice(0, MAX_PACKAGES) };
}

/**
 * The packages of the run image that an app image stands on. Of its labels only `io.buildpacks.base.…` is renewed by a rebase; the list of packages may
 * be that of the run image before.
 *
 * @param baseLayers how many of its layers, from the bottom, are the run image's
 * @throws BuildpacksError `cancelled`; all other trouble is told
 */
export async function basePackages(app: Image, baseLayers: number): Promise<RunImagePackages> {
  const layer = baseSbomLayer(app, baseLayers);
  return layer === undefined ? { state: 'untold' } : told(app, layer);
}

/** The layer with the run image's own bills of materials, if it is among the first `baseLayers` layers. */
export function baseSbomLayer(
  { manifest, config }: Pick<Image, 'manifest' | 'config'>,
  baseLayers = manifest.layers.length,
): Descriptor | undefined {
  const index = config.diffIds.findIndex((diffId) => diffId === config.config.Labels[SBOM_LABEL]);
  return index < baseLayers ? manifest.layers[index] : undefined;
}

async function told(image: Image, layer: Descriptor): Promise<RunImagePackages> {
  try {
    if (layer.size > MAX_LAYER_SIZE) return unknown(image, `its layer with bills of materials has ${layer.size} bytes`);
    if (!(await image.source.has(layer))) return unknown(image, 'its layer with bills of materials is not there');
    const packages = await packagesIn(image, layer);
    return packages === undefined
      ? unknown(image, 'its layer with bills of materials holds none that can be read')
      : { state: 'known', packages: packages.slice(0, MAX_PACKAGES) };
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
    return unknown(image, error.message);
  }
}

function unknown({ source, raw }: Image, why: string): RunImagePackages {
  return { state: 'unknown', reason: `${source.name}@${raw.digest}: ${why}` };
}

/** The formats tell the same; the first that lists anything counts. Read to its end, where the layer's digest is verified. */
async function packagesIn({ source }: Image, layer: Descriptor): Promise<readonly Component[] | undefined> {
  let packages: readonly Component[] = [];
  const content = decompressed(await source.open(layer), compressionOf(layer.mediaType), MAX_UNPACKED);
  for await (const { entry, content: bill } of readTar(content)) {
    const file = entry.path.replace(/^\/+/, '');
    const format = billFormatOf(file);
    const counts = entry.type === 'file' && file.startsWith(FOLDER) && entry.size <= MAX_BILL_SIZE;
    if (counts && format !== undefined && packages.length === 0) packages = componentsOf(await collect(bill), format);
  }
  return packages.length === 0 ? undefined : packages;
}
