import path from 'node:path';
import { createCredentials } from '../auth/index.ts';
import { detectContainerEngine } from '../engine/index.ts';
import { BuildpacksError, InputError } from '../errors/index.ts';
import type { ConnectionInputs } from '../inputs/connection.ts';
import { kindOf } from '../files/file-kind.ts';
import { inputError } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import { type Layout, layoutImage, openLayout, openLayoutArchive } from '../layout/index.ts';
import type { Ports } from '../ports/index.ts';
import { type Digest, familiarReference, type ImageReference, parseReference } from '../reference/index.ts';
import { createRegistryClient, type RegistryClient, registryServer } from '../registry/index.ts';
import { imagesOfIndex } from '../image/index-images.ts';
import { parseIndex, type Platform, type RawManifest } from '../image/manifest.ts';
import { isIndexType } from '../image/media-types.ts';
import { type Image, type ImageSource, readImage } from '../image/source.ts';
import { mapInParallel } from '../parallel/parallel.ts';

/** Where an existing image is; `name` is as the user wrote it. */
export type ImageLocation =
  | { readonly kind: 'registry'; readonly name: string; readonly reference: ImageReference }
  | { readonly kind: 'oci' | 'oci-archive'; readonly name: string; readonly path: string }
  /** In the store of Docker or Podman, by the name or id that it has there. */
  | { readonly kind: 'docker'; readonly name: string; readonly stored: string };

/** Where an image is, which one of an index, and how registries are reached. */
export interface WantedImage {
  readonly location: ImageLocation;
  readonly platform: Platform;
  readonly connection: ConnectionInputs;
}

/** An image as it is to be inspected: one platform's, and the index that led to it. */
export interface InspectionTarget {
  /** As the user named it. */
  readonly name: string;
  readonly image: Image;
  readonly index?: RawManifest;
}

/**
 * Reads `registry/repository:tag`, `oci:DIR`, `oci-archive:FILE` or `docker://NAME`; relative paths start at `workingDirectory`.
 *
 * @param input the input's name, for the error
 * @throws InputError quoting the text
 */
export function parseImageLocation(text: string, workingDirectory: string, input = 'image'): ImageLocation {
  if (text.startsWith(IN_ENGINE)) return parseStored(text, input);
  const [, kind, place = ''] = /^(oci|oci-archive):(.*)$/s.exec(text) ?? [];
  if (kind !== 'oci' && kind !== 'oci-archive') {
    const reference = parseReference(text, input);
    return { kind: 'registry', name: familiarReference(reference), reference };
  }
  if (place === '') throw inputError(input, `"${text}" names no path`, 'Write oci:DIR or oci-archive:FILE.');
  const absolute = path.resolve(workingDirectory, place);
  const wanted = kind === 'oci' ? 'directory' : 'file';
  if (kindOf(absolute) === wanted) return { kind, name: text, path: absolute };
  throw inputError(input, `there is no ${wanted} "${place}"`);
}

const IN_ENGINE = 'docker://';

/** A name that begins with a dash would be an option of the engine's program. */
function parseStored(text: string, input: string): ImageLocation {
  const stored = text.slice(IN_ENGINE.length);
  if (stored !== '' && !stored.startsWith('-')) return { kind: 'docker', name: text, stored };
  throw inputError(input, `"${text}" names no image`, 'Write docker://NAME, with a name or id that the engine knows.');
}

/**
 * Opens an image for inspection. An index is resolved to the platform's image.
 *
 * @param registry through which all of several images are read; absent: one is opened for this image
 * @throws InputError on `image` when it is not there
 */
export async function openTarget(
  wanted: WantedImage,
  ports: Ports,
  registry?: RegistryClient,
): Promise<InspectionTarget> {
  const { location, platform } = wanted;
  const { kind, name } = location;
  switch (kind) {
    case 'registry':
      return openRemote(location, wanted, registry ?? openNamed(location.reference, wanted.connection, ports));
    case 'oci':
      return fromLayout(name, await openLayout(location.path), platform);
    case 'oci-archive':
      return fromLayout(name, await openLayoutArchive(location.path), platform);
    case 'docker':
      return { name, image: await openStored(location, ports) };
  }
}

/**
 * Opens an image for inspection; where no platform is wanted, those of all platforms that the name leads to.
 *
 * @param given through which all of several images are read; absent: one is opened for this image
 * @throws InputError as `openTarget`; BuildpacksError `image` when an index holds no image, or could hide one
 */
export async function openPlatforms(
  wanted: Omit<WantedImage, 'platform'> & Partial<Pick<WantedImage, 'platform'>>,
  ports: Ports,
  given?: RegistryClient,
): Promise<readonly InspectionTarget[]> {
  const { location, platform, connection } = wanted;
  if (platform !== undefined) return [await openTarget({ location, platform, connection }, ports, given)];
  const { name } = location;
  switch (location.kind) {
    case 'registry': {
      const registry = given ?? openNamed(location.reference, connection, ports);
      const raw = await registry.manifest(location.reference);
      if (raw === undefined) throw missing(name);
      return imagesBelow(name, registry.source(location.reference.repository), raw);
    }
    case 'oci':
    case 'oci-archive': {
      const { source, index } = await (location.kind === 'oci' ? openLayout : openLayoutArchive)(location.path);
      const lists = index.map(async ({ digest }) => imagesBelow(name, source, await manifestOf(source, digest, name)));
      return (await Promise.all(lists)).flat();
    }
    case 'docker':
      return [{ name, image: await openStored(location, ports) }];
  }
}

async function imagesBelow(name: string, source: ImageSource, raw: RawManifest): Promise<readonly InspectionTarget[]> {
  if (!isIndexType(raw.mediaType)) return [{ name, image: await readImage(source, raw) }];
  const images = imagesOfIndex(parseIndex(raw), name);
  if (images.length === 0) throw new BuildpacksError('image', `"${name}" is an index without images`);
  return mapInParallel(images, AT_ONCE, async ({ digest }) => {
    return { name, image: await readImage(source, await manifestOf(source, digest, name)), index: raw };
  });
}

/** Images of one index that are read at once. */
const AT_ONCE = 4;

async function manifestOf(source: ImageSource, digest: Digest, name: string): Promise<RawManifest> {
  const raw = await source.manifest(digest);
  if (raw !== undefined) return raw;
  throw new BuildpacksError('image', `"${name}" is incomplete: its manifest ${digest} is not there`, {
    hint: 'Build or push it again.',
  });
}

/** Engines tell an image's configuration, and keep its layers to themselves. */
async function openStored({ name, stored }: ImageLocation & { readonly kind: 'docker' }, ports: Ports): Promise<Image> {
  const engine = await detectContainerEngine(ports);
  if (engine === undefined) {
    const hint = 'Start Docker or Podman, or name the image on its registry.';
    throw inputError('image', `"${name}" can't be read: neither docker nor podman answers`, hint);
  }
  try {
    return await engine.stored(stored, ports.signal);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw inputError('image', `"${name}" is not in the store of the container engine`, 'Look with docker image ls.');
  }
}

/** A layout that holds one multi-platform image has its index as the only entry. */
async function fromLayout(name: string, layout: Layout, platform: Platform): Promise<InspectionTarget> {
  const image = await layoutImage(layout, platform);
  const [only, ...others] = layout.index;
  const indexed = only !== undefined && others.length === 0 && isIndexType(only.mediaType);
  return { name, image, ...optional('index', indexed ? await layout.source.manifest(only.digest) : undefined) };
}

/** One client for everything that an inspection asks registries for. */
export function openRegistry(connection: ConnectionInputs, ports: Ports): RegistryClient {
  const credentials = createCredentials({ ...ports, registryAuth: connection.registryAuth });
  return createRegistryClient({ ...ports, credentials, mirrors: connection.mirrors });
}

/** A place that was named may be reached where nothing else may. */
function openNamed({ repository }: ImageReference, connection: ConnectionInputs, ports: Ports): RegistryClient {
  ports.network.reach.admit(registryServer(repository.registry));
  for (const { message, place } of connection.mirrors.notices) ports.log.warn(message, place);
  return openRegistry(connection, ports);
}

function missing(name: string): InputError {
  return inputError('image', `"${name}" does not exist`, 'Check the name, and that these credentials may read it.');
}

async function openRemote(
  { name, reference }: ImageLocation & { readonly kind: 'registry' },
  { platform }: WantedImage,
  registry: RegistryClient,
): Promise<InspectionTarget> {
  const found = await registry.resolve(reference, platform);
  if (found === undefined) throw missing(name);
  const image = await readImage(registry.source(reference.repository), found.manifest);
  return { name, image, ...optional('index', found.index) };
}
