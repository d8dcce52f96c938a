import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Image } from '../../image/source.ts';
import { type LayoutOptions, packLayout, writeLayout } from '../../layout/index.ts';
import { familiarReference, type ImageReference } from '../../reference/index.ts';
import type { OutputSummary } from '../../report/result.ts';
import type { Destination } from '../plan.ts';

type LayoutDestination = Extract<Destination, { kind: 'oci' | 'oci-archive' }>;

/**
 * Writes the whole image as an OCI layout, to a directory or as one tar. Either appears only when it is whole.
 *
 * @param name what tools show for the image (`org.opencontainers.image.ref.name` in `index.json`)
 */
export async function writeLayoutOutput(
  image: Image,
  destination: LayoutDestination,
  name: ImageReference | undefined,
): Promise<OutputSummary> {
  const annotations = name?.tag === undefined ? {} : { annotations: refNames(name, name.tag) };
  if (destination.kind === 'oci') {
    await writeDirectory(image, destination.path, annotations);
    return { kind: 'oci', path: destination.path };
  }
  const scratch = await mkdtemp(path.join(path.dirname(destination.path), '.oci-'));
  try {
    const layout = path.join(scratch, 'layout');
    await writeLayout(layout, [image], annotations);
    await packLayout(layout, path.join(scratch, 'archive'));
    await rename(path.join(scratch, 'archive'), destination.path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { kind: 'oci-archive', path: destination.path };
}

/** A failure leaves the directory as it was: blobs of an image that is not in the index are of no use to anybody. */
async function writeDirectory(image: Image, directory: string, options: LayoutOptions): Promise<void> {
  const blobs = path.join(directory, 'blobs', 'sha256');
  const existed = (await namesIn(directory)) !== undefined;
  const before = new Set(await namesIn(blobs));
  try {
    await writeLayout(directory, [image], options);
  } catch (error) {
    const added = ((await namesIn(blobs)) ?? []).filter((name) => !before.has(name));
    for (const name of added) await rm(path.join(blobs, name), { force: true });
    if (!existed) await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

function namesIn(directory: string): Promise<readonly string[] | undefined> {
  return readdir(directory).catch(() => undefined);
}

/** `ref.name` is the tag, as the specification has it; containerd and docker take the whole name from their own key. */
function refNames(name: ImageReference, tag: string): Readonly<Record<string, string>> {
  return { 'io.containerd.image.name': familiarReference(name), 'org.opencontainers.image.ref.name': tag };
}
