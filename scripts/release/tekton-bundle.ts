import { parse } from 'yaml';
import { fileItem } from '../../packages/core/src/archive/index.ts';
import type { Descriptor } from '../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../packages/core/src/image/media-types.ts';
import { addBlob, writeLayer, type WrittenLayer } from '../../packages/core/src/layout/index.ts';
import { LICENCE, PROJECT } from '../../packages/kubernetes/src/artifact-hub/listing.ts';
import { renderStepActions, renderTekton } from '../tekton-files.ts';
import { TIME } from '../tool-image/places.ts';
import { finishLayout } from '../tool-image/tool-image.ts';

/** One object of Tekton, as the resolver finds it. */
export interface BundleObject {
  readonly apiVersion: string;
  /** In lower case, singular. */
  readonly kind: string;
  readonly name: string;
  readonly manifest: string;
}

/** More than these the resolver refuses (Tekton's "bundle contract" 0.1). */
const MOST_OBJECTS = 20;

/** Everything for Tekton that a release has. */
export function releasedObjects(): readonly BundleObject[] {
  return [...renderTekton().values(), ...renderStepActions().values()].map(objectOf);
}

/** @throws Error when a bundle can't hold it */
export function objectOf(manifest: string): BundleObject {
  const { apiVersion, kind, metadata } = parse(manifest) as Partial<Manifest>;
  if (apiVersion === undefined || kind === undefined || metadata === undefined)
    throw new Error('an object of a bundle has an apiVersion, a kind and a name');
  return { apiVersion, kind: kind.toLowerCase(), name: metadata.name, manifest };
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * Writes objects as a Tekton bundle: an image whose layers are one object each, told apart by annotations (Tekton's docs,
 * tekton-bundle-contracts.md). The same objects give the same bytes.
 *
 * @param layout a directory that is empty or missing
 * @returns the descriptor of its manifest
 * @throws Error when Tekton would refuse it
 */
export async function writeBundle(
  layout: string,
  objects: readonly BundleObject[],
  version: string,
): Promise<Descriptor> {
  checkContract(objects);
  const layers: WrittenLayer[] = [];
  for (const object of objects) layers.push(await objectLayer(layout, object));
  const diffIds = layers.map(({ diffId }) => diffId);
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await addJson(layout, MEDIA_TYPE.ociConfig, configuration(diffIds)),
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: descriptions(version),
  };
  const descriptor = await addJson(layout, MEDIA_TYPE.ociManifest, manifest);
  await finishLayout(layout, descriptor, version);
  return descriptor;
}

function checkContract(objects: readonly BundleObject[]): void {
  if (objects.length > MOST_OBJECTS)
    throw new Error(`a bundle of ${objects.length} objects: Tekton takes ${MOST_OBJECTS}`);
  const keys = objects.map(({ apiVersion, kind, name }) => `${apiVersion} ${kind} "${name}"`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`a bundle has ${twice} twice`);
}

async function objectLayer(layout: string, { apiVersion, kind, name, manifest }: BundleObject): Promise<WrittenLayer> {
  const { descriptor, diffId } = await writeLayer(layout, [fileItem(name, manifest, { mtime: TIME.seconds })]);
  const annotations = {
    'dev.tekton.image.apiVersion': apiVersion,
    'dev.tekton.image.kind': kind,
    'dev.tekton.image.name': name,
  };
  return { descriptor: { ...descriptor, annotations }, diffId };
}

/** A bundle runs nowhere, but an image's configuration names a platform. */
function configuration(diffIds: readonly string[]): object {
  return {
    architecture: 'unknown',
    os: 'unknown',
    created: TIME.text,
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
}

function descriptions(version: string): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.description':
      'Tekton Tasks and StepActions that build images with Cloud Native Buildpacks',
    'org.opencontainers.image.documentation': `${PROJECT}/blob/v${version}/docs/tekton.md`,
    'org.opencontainers.image.licenses': LICENCE,
    'org.opencontainers.image.source': PROJECT,
    'org.opencontainers.image.title': 'buildpacks-ci for Tekton',
    'org.opencontainers.image.vendor': 'buildpacks-ci',
    'org.opencontainers.image.version': version,
  };
}

async function addJson(layout: string, mediaType: string, value: object): Promise<Descriptor> {
  return addBlob(layout, [Buffer.from(JSON.stringify(value))], mediaType);
}
