import { pour } from '../archive/extract.ts';
import { compressionOf, decompressed, DEFAULT_LIMITS } from '../archive/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { Image } from '../image/source.ts';
import { asRecord, asText, type JsonRecord, optional, parseJson } from '../json/json.ts';
import { isDigest } from '../reference/index.ts';
import { parseOrder } from './metadata.ts';
import { formatModule, isModuleName, moduleDirectory, type ModuleName, type Order } from './module.ts';
import { entriesBelow, ModuleWriter } from './module-writer.ts';

/** A buildpack that a build brings along. */
export interface BuildpackModule extends ModuleName {
  /** The Buildpack API that it is written for. */
  readonly api: string;
  readonly homepage?: string;
  /** Set on a composite buildpack: the groups of others that it stands for. */
  readonly order?: Order;
  /** Writes its files into a directory, which is made. */
  place(directory: string): Promise<void>;
}

/** What one locator of the user brings: the buildpack that goes into the order, and those that it is made of. */
export interface BuildpackPackage {
  readonly main: BuildpackModule;
  /** All of them, `main` included. */
  readonly modules: readonly BuildpackModule[];
}

/** Labels of a buildpack package image (distribution specification, "Buildpackage"). */
const PACKAGE_LABEL = {
  metadata: 'io.buildpacks.buildpackage.metadata',
  layers: 'io.buildpacks.buildpack.layers',
} as const;

const BUILDPACKS = 'cnb/buildpacks';

/**
 * Reads a buildpack package: an image, from a registry or from the layout in a `.cnb` file. No layer is read until a module is placed;
 * modules may share one (a flattened package), and each takes its own files from it, with the modes that they have there.
 *
 * @throws BuildpacksError `image` naming the label that is missing or wrong
 */
export function packageFromImage(image: Image): BuildpackPackage {
  const metadata = label(image, PACKAGE_LABEL.metadata);
  const layers = label(image, PACKAGE_LABEL.layers);
  const modules = Object.entries(layers).flatMap(([id, versions]) =>
    Object.entries(asRecord(versions) ?? {}).map(([version, info]) =>
      moduleFromLayer(image, { id, version }, asRecord(info) ?? {}),
    ),
  );
  const main = modules.find(({ id, version }) => id === metadata['id'] && version === metadata['version']);
  if (main === undefined)
    throw broken(image, `${PACKAGE_LABEL.metadata} names a buildpack that ${PACKAGE_LABEL.layers} lacks`);
  return { main, modules };
}

function moduleFromLayer(image: Image, name: ModuleName, info: JsonRecord): BuildpackModule {
  const { layerDiffID: diffId } = info;
  if (!isModuleName(name)) throw broken(image, `"${formatModule(name)}" can't be the name of a buildpack`);
  if (typeof diffId !== 'string' || !isDigest(diffId) || !image.config.diffIds.includes(diffId)) {
    throw broken(image, `${formatModule(name)} has no layer`);
  }
  const order = parseOrder(info['order']);
  return {
    ...name,
    api: asText(info['api']) ?? '',
    ...optional('homepage', asText(info['homepage'])),
    ...(order.length > 0 && { order }),
    place: (directory) => placeFromLayer(image, image.config.diffIds.indexOf(diffId), name, directory),
  };
}

async function placeFromLayer(image: Image, index: number, name: ModuleName, directory: string): Promise<void> {
  const descriptor = image.manifest.layers[index];
  if (descriptor === undefined) throw broken(image, `${formatModule(name)} has no layer`);
  const blob = await image.source.open(descriptor);
  const layer = decompressed(blob, compressionOf(descriptor.mediaType), DEFAULT_LIMITS.bytes);
  const writer = new ModuleWriter(directory, entriesBelow(`${BUILDPACKS}/${moduleDirectory(name)}`));
  await pour(layer, writer, undefined);
  writer.finish();
  if (writer.written === 0) throw broken(image, `its layer ${descriptor.digest} has no files of ${formatModule(name)}`);
}

function label(image: Image, key: string): JsonRecord {
  const text = image.config.config.Labels[key];
  if (text === undefined) {
    throw broken(
      image,
      `it has no label ${key}`,
      'Give the image of a buildpack package (made by `pack buildpack package`).',
    );
  }
  const json = asRecord(parseJson(text));
  if (json === undefined) throw broken(image, `its label ${key} is not a JSON object`);
  return json;
}

function broken(image: Image, why: string, hint?: string): BuildpacksError {
  return new BuildpacksError(
    'image',
    `"${image.source.name}" can't be used as a buildpack: ${why}`,
    optional('hint', hint),
  );
}
