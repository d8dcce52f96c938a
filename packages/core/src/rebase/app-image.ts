import { GO_CONFIG_FILE, GO_MANIFEST, type GoConfigFile, type GoManifest } from '../image/go-documents.ts';
import type { Image } from '../image/source.ts';
import { requireUnambiguous } from '../image/unambiguous.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { GoType } from '../json/go-type.ts';
import { parseStrictJson } from '../json/strict-json.ts';
import { APP_LABEL } from '../lifecycle/labels.ts';
import { LAYERS_METADATA, type LayersMetadata } from '../lifecycle/layers-metadata.ts';
import { refusal } from './refusal.ts';

/** An app image of one platform, read as the lifecycle's rebaser reads it. */
export interface AppImage {
  readonly image: Image;
  readonly manifest: GoManifest;
  readonly config: GoConfigFile;
  /** The label `io.buildpacks.lifecycle.metadata`. */
  readonly metadata: LayersMetadata;
  /** How many of its layers, from the bottom, are the run image's. */
  readonly baseLayers: number;
}

/** A run image of one platform, and the name under which it was found. */
export interface BaseImage {
  readonly image: Image;
  readonly manifest: GoManifest;
  readonly config: GoConfigFile;
  /** As it was written, in the image's label or by the user. */
  readonly name: string;
  /** What a rebase records: the name in long form, without its tag, at the digest of this platform's manifest. */
  readonly reference: string;
}

/** @throws RebaseRefusal when no rebase can be made of it */
export function readAppImage(image: Image): AppImage {
  const label = image.config.config.Labels[APP_LABEL.lifecycle];
  if (label === undefined || label === '') {
    throw refusal(
      'built-with-buildpacks',
      `it has no label ${APP_LABEL.lifecycle}`,
      'Only app images that the lifecycle made can be rebased.',
    );
  }
  try {
    requireUnambiguous(image.raw.bytes, image.configBytes);
  } catch (error) {
    throw error instanceof BuildpacksError ? unreadable(error.message) : error;
  }
  const metadata = readGo(LAYERS_METADATA, label, `label ${APP_LABEL.lifecycle}`);
  return { image, ...readDocuments(image), metadata, baseLayers: countBaseLayers(image, metadata) };
}

/** Manifest and configuration with the fields that Go keeps. */
export function readDocuments({ raw, configBytes }: Image): Pick<AppImage, 'manifest' | 'config'> {
  return {
    manifest: readGo(GO_MANIFEST, raw.bytes, 'manifest'),
    config: readGo(GO_CONFIG_FILE, configBytes, 'configuration'),
  };
}

/** @throws RebaseRefusal when Go would refuse the document, or others would read it differently */
export function readGo<T>(type: GoType<T>, text: Uint8Array | string, document: string): T {
  try {
    return type.read(parseStrictJson(text));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unreadable(`its ${document} can't be read: ${error.message}`);
  }
}

function unreadable(message: string) {
  return refusal('readable', message, 'Build the image anew.');
}

function countBaseLayers({ config }: Image, { runImage: { topLayer } }: LayersMetadata): number {
  const index = config.diffIds.findIndex((diffId) => diffId === topLayer);
  if (index !== -1) return index + 1;
  const claimed = topLayer === '' ? 'no layer' : topLayer;
  throw refusal(
    'base-layers',
    `its label ${APP_LABEL.lifecycle} says that its run image ends with ${claimed}, which it does not have`,
    'What was changed after the build, with other tools, can be rebased only by a build.',
  );
}
