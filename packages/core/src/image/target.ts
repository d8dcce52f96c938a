import path from 'node:path';
import { createCredentials } from '../auth/index.ts';
import { InputError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { layoutImage, openLayout, openLayoutArchive } from '../layout/index.ts';
import type { Ports } from '../ports/index.ts';
import { familiarReference, type ImageReference, parseReference } from '../reference/index.ts';
import { createRegistryClient } from '../registry/index.ts';
import type { Platform, RawManifest } from './manifest.ts';
import { type Image, readImage } from './source.ts';

/** Where an existing image is. */
export type ImageLocation =
  | { readonly kind: 'registry'; readonly reference: ImageReference }
  | { readonly kind: 'oci' | 'oci-archive'; readonly path: string };

/** An image as it is to be inspected: one platform's, and the index that led to it. */
export interface InspectionTarget {
  /** As the user named it. */
  readonly name: string;
  readonly image: Image;
  readonly index?: RawManifest;
}

/**
 * Reads `registry/repository:tag`, `oci:DIR` or `oci-archive:FILE`; relative paths start at `workingDirectory`.
 *
 * @throws InputError on `image`
 */
export function parseImageLocation(text: string, workingDirectory: string): ImageLocation {
  const [, kind, place = ''] = /^(oci|oci-archive):(.*)$/s.exec(text) ?? [];
  if (kind !== 'oci' && kind !== 'oci-archive') return { kind: 'registry', reference: parseReference(text) };
  if (place !== '') return { kind, path: path.resolve(workingDirectory, place) };
  throw new InputError([
    { input: 'image', message: `"${text}" names no path`, hint: 'Write oci:DIR or oci-archive:FILE.' },
  ]);
}

/**
 * Opens an image for inspection. An index is resolved to the platform's image.
 *
 * @throws InputError on `image` when it is not there
 */
export async function openTarget(location: ImageLocation, platform: Platform, ports: Ports): Promise<InspectionTarget> {
  switch (location.kind) {
    case 'registry':
      return openRemote(location.reference, platform, ports);
    case 'oci':
      return { name: `oci:${location.path}`, image: await layoutImage(await openLayout(location.path), platform) };
    case 'oci-archive': {
      const layout = await openLayoutArchive(location.path);
      return { name: `oci-archive:${location.path}`, image: await layoutImage(layout, platform) };
    }
  }
}

async function openRemote(reference: ImageReference, platform: Platform, ports: Ports): Promise<InspectionTarget> {
  const registry = createRegistryClient({ ...ports, credentials: createCredentials(ports) });
  const name = familiarReference(reference);
  const found = await registry.resolve(reference, platform);
  if (found === undefined) {
    const hint = 'Check the name, and that these credentials may read it.';
    throw new InputError([{ input: 'image', message: `"${name}" does not exist`, hint }]);
  }
  const image = await readImage(registry.source(reference.repository), found.manifest);
  return { name, image, ...optional('index', found.index) };
}
