import { GO_CONFIG_FILE, GO_DESCRIPTOR, GO_HISTORY, GO_MANIFEST, type GoConfigFile } from '../image/go-documents.ts';
import { type RawManifest, rawManifest } from '../image/manifest.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import { APP_LABEL } from '../lifecycle/labels.ts';
import { LAYERS_METADATA, type LayersMetadata } from '../lifecycle/layers-metadata.ts';
import { digestOf } from '../reference/index.ts';
import type { AppImage, BaseImage } from './app-image.ts';
import { recordsName } from './run-image-names.ts';

/** An image that is not on a registry yet. */
export interface RebasedImage {
  readonly raw: RawManifest;
  readonly configBytes: Uint8Array;
}

/** The moment that stands in every image that the lifecycle makes. */
const CREATED = '1980-01-01T00:00:01Z';
/** Labels that are the run image's. */
const BASE_LABEL = /^io\.buildpacks\.(?:base|stack)\./;

/**
 * The image with another run image, byte for byte as the lifecycle's rebaser writes it (phase/rebaser.go; imgutil, cnb_image.go;
 * go-containerregistry, mutate/rebase.go). It keeps of an app image what starts containers and what labels say, and its own layers; all
 * else is made anew, with the media types of Docker. An image with annotations differs: it keeps them and its own types, where the
 * lifecycle drops both.
 *
 * @param recordName whether a run image that the image does not record gets recorded, as by `-force`
 */
export function rebasedImage(app: AppImage, base: BaseImage, recordName: boolean): RebasedImage {
  const configBytes = encode(GO_CONFIG_FILE.write(rebasedConfig(app, base, recordName)));
  const { annotations } = app.manifest;
  const types =
    annotations === null ? DOCKER : { manifest: app.image.raw.mediaType, config: app.manifest.config.mediaType };
  const manifest = GO_MANIFEST.write({
    ...GO_MANIFEST.zero,
    schemaVersion: 2,
    mediaType: types.manifest,
    config: {
      ...GO_DESCRIPTOR.zero,
      mediaType: types.config,
      size: configBytes.length,
      digest: digestOf(configBytes),
    },
    layers: [...(base.manifest.layers ?? []), ...(app.manifest.layers ?? []).slice(app.baseLayers)],
    annotations,
  });
  return { raw: rawManifest(encode(manifest), types.manifest), configBytes };
}

const DOCKER = { manifest: MEDIA_TYPE.dockerManifest, config: MEDIA_TYPE.dockerConfig };

function rebasedConfig(app: AppImage, base: BaseImage, recordName: boolean): GoConfigFile {
  const diffIds = [...base.image.config.diffIds, ...app.image.config.diffIds.slice(app.baseLayers)];
  return {
    ...GO_CONFIG_FILE.zero,
    architecture: base.config.architecture,
    created: CREATED,
    history: diffIds.map(() => ({ ...GO_HISTORY.zero, created: CREATED })),
    os: base.config.os,
    rootfs: { type: 'layers', diff_ids: diffIds },
    config: { ...app.config.config, Labels: rebasedLabels(app, base, recordName) },
    'os.version': base.config['os.version'],
  };
}

function rebasedLabels(app: AppImage, base: BaseImage, recordName: boolean): Readonly<Record<string, string>> {
  const kept = Object.entries(app.config.config.Labels ?? {}).filter(([name]) => !BASE_LABEL.test(name));
  const metadata = LAYERS_METADATA.write(rebasedMetadata(app, base, recordName));
  return { ...Object.fromEntries(kept), ...baseLabels(base), [APP_LABEL.lifecycle]: metadata };
}

/** What an image takes over from its run image. */
function baseLabels({ config }: BaseImage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(config.config.Labels ?? {}).filter(([name]) => BASE_LABEL.test(name)));
}

function rebasedMetadata({ metadata }: AppImage, base: BaseImage, recordName: boolean): LayersMetadata {
  const topLayer = base.image.config.diffIds.at(-1) ?? '';
  const rebased = { ...metadata, runImage: { ...metadata.runImage, topLayer, reference: base.reference } };
  if (!recordName || recordsName(metadata, base.name)) return rebased;
  const names = { image: base.name, mirrors: [] };
  return { ...rebased, runImage: { ...rebased.runImage, ...names }, stack: { runImage: names } };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
