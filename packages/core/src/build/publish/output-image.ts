import { Readable } from 'node:stream';
import { BuildpacksError } from '../../errors/index.ts';
import { MEDIA_TYPE } from '../../image/media-types.ts';
import { type Image, type ImageSource, MAX_CONFIG_SIZE, readImage } from '../../image/source.ts';
import { type Descriptor, parseManifest, rawManifest } from '../../image/manifest.ts';
import { requireUnambiguous } from '../../image/unambiguous.ts';
import { optional } from '../../json/json.ts';
import { type Layout, layoutImage, layoutPath, openLayout } from '../../layout/index.ts';
import { APP_LABEL, parseAppLabels } from '../../lifecycle/labels.ts';
import { rewriteImage } from '../../lifecycle/rewrite.ts';
import { parseReference } from '../../reference/index.ts';
import { type BuildDirectory, LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';
import type { Plan, PlannedImage } from '../plan.ts';

/** Where PUBLISH gets a layer of the app image from. */
export type LayerSource =
  /** The build made it: its bytes are in the output layout. */
  { readonly kind: 'layout' } | { readonly kind: 'run-image' | 'previous-image'; readonly image: PlannedImage };

export interface OutputLayer {
  readonly descriptor: Descriptor;
  readonly source: LayerSource;
}

/** The app image as it will be published: rewritten, and every part of it accounted for. */
export interface OutputImage {
  readonly image: Image;
  readonly layers: readonly OutputLayer[];
  /** Labels of the build, or of its run image, that have another value now. */
  readonly replacedLabels: readonly string[];
}

/**
 * Reads the image that RUN left in the build directory. Everything there is hostile input (`docs/design.md`, section 8, point 7):
 * the run image of the plan must be the base, and a layer whose bytes are not in the layout is accepted only as the run image's or
 * the previous image's with the same diffID.
 *
 * @throws BuildpacksError `image` naming what does not fit
 */
export async function readOutputImage(plan: Plan, directory: BuildDirectory): Promise<OutputImage> {
  const layout = await openOutput(directory);
  const made = await layoutImage(layout);
  requireUnambiguous(made.raw.bytes, made.configBytes);
  const rewritten = rewriteImage({
    manifestBytes: made.raw.bytes,
    configBytes: made.configBytes,
    runImage: {
      reference: `${nameWithoutTag(plan.runImage)}@${plan.runImage.digest}`,
      ...(plan.runImage.refName !== undefined && { refNameAnnotation: plan.runImage.refName }),
    },
    ...optional('labels', plan.labels),
    ...optional('annotations', plan.annotations),
  });
  const raw = rawManifest(rewritten.manifestBytes, made.raw.mediaType);
  const source = withConfig(layout.source, parseManifest(raw).config, rewritten.configBytes);
  const image = await readImage(source, raw);
  requireOwnTypes(image);
  requireBase(image, plan.runImage);
  requireOwnLabels(image, plan.runImage);
  const layers = await Promise.all(image.manifest.layers.map((_, index) => locateLayer(image, index, plan)));
  return { image, layers, replacedLabels: replacedLabels(made.config.config.Labels, plan.labels) };
}

function replacedLabels(
  made: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>> = {},
): readonly string[] {
  return Object.entries(wanted)
    .filter(([key, value]) => Object.hasOwn(made, key) && made[key] !== value)
    .map(([key]) => key);
}

function openOutput(directory: BuildDirectory): Promise<Layout> {
  const output = layoutPath(directory.layout, parseReference(LAYOUT_NAMES.output));
  return openLayout(output, directory.layout).catch((error: unknown) => {
    if (!(error instanceof BuildpacksError)) throw error;
    throw new BuildpacksError('image', `the build directory holds no image of the app: ${error.message}`, {
      hint: 'The lifecycle must have run on it (`buildpacks-ci run`), and ended well.',
      cause: error,
    });
  });
}

function nameWithoutTag(image: PlannedImage): string {
  return `${image.repository.registry}/${image.repository.path}`;
}

/** The layout with the rewritten configuration in it. */
function withConfig(source: ImageSource, config: Descriptor, bytes: Uint8Array): ImageSource {
  return {
    name: source.name,
    manifest: (digest) => source.manifest(digest),
    has: (descriptor) => (descriptor.digest === config.digest ? Promise.resolve(true) : source.has(descriptor)),
    open: async (descriptor) => (descriptor.digest === config.digest ? bytesStream(bytes) : source.open(descriptor)),
  };
}

function bytesStream(bytes: Uint8Array): Readable {
  return Readable.from([bytes], { objectMode: false });
}

function requireOwnTypes({ manifest, config }: Image): void {
  const configType = manifest.mediaType === MEDIA_TYPE.ociManifest ? MEDIA_TYPE.ociConfig : MEDIA_TYPE.dockerConfig;
  if (manifest.config.mediaType !== configType || manifest.config.size > MAX_CONFIG_SIZE) {
    throw refused(`its configuration is a "${manifest.config.mediaType}" of ${manifest.config.size} bytes`);
  }
  if (config.os === '' || config.architecture === '') throw refused('its configuration names no platform');
}

function requireBase(image: Image, runImage: PlannedImage): void {
  runImage.layers.forEach((layer, index) => {
    const same =
      image.manifest.layers[index]?.digest === layer.descriptor.digest && image.config.diffIds[index] === layer.diffId;
    if (!same) throw refused(`its layer ${index + 1} is not that of the run image ${runImage.name}`);
  });
}

/**
 * Buildpacks may set any label, the lifecycle's own among them. What a rebase and the next build read must be readable and true: else a
 * rebase would take other layers for the base.
 */
function requireOwnLabels({ config }: Image, runImage: PlannedImage): void {
  const topLayer = parseAppLabels(config)?.lifecycle.runImage.topLayer;
  const expected = runImage.layers.at(-1)?.diffId;
  if (topLayer === expected) return;
  throw refused(`its label ${APP_LABEL.lifecycle} says that the run image ends with ${topLayer ?? 'no layer'}`);
}

async function locateLayer(image: Image, index: number, plan: Plan): Promise<OutputLayer> {
  const descriptor = image.manifest.layers[index];
  const diffId = image.config.diffIds[index];
  if (descriptor === undefined || diffId === undefined) throw refused(`it has no layer ${index + 1}`);
  if (index < plan.runImage.layers.length) return { descriptor, source: { kind: 'run-image', image: plan.runImage } };

  const known = plan.previousImage?.layers.find((layer) => layer.descriptor.digest === descriptor.digest);
  if (plan.previousImage !== undefined && known?.diffId === diffId) {
    return { descriptor, source: { kind: 'previous-image', image: plan.previousImage } };
  }
  if (await image.source.has(descriptor)) return { descriptor, source: { kind: 'layout' } };
  throw refused(`its layer ${descriptor.digest} is neither in the output layout nor in the run or previous image`);
}

function refused(why: string): BuildpacksError {
  return new BuildpacksError('image', `the image that the build left behind is refused: ${why}`, {
    hint: 'A buildpack may have changed what it has no business with; look at the buildpacks of this builder.',
  });
}
