import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Image } from '../../image/source.ts';
import { packLayout, writeLayout } from '../../layout/index.ts';
import { familiarReference, type ImageReference } from '../../reference/index.ts';
import type { OutputSummary } from '../../report/result.ts';
import type { Destination } from '../plan.ts';

type LayoutDestination = Extract<Destination, { kind: 'oci' | 'oci-archive' }>;

/**
 * Writes the whole image as an OCI layout, to a directory or as one tar. The tar appears only when it is whole.
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
    await writeLayout(destination.path, [image], annotations);
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

/** `ref.name` is the tag, as the specification has it; containerd and docker take the whole name from their own key. */
function refNames(name: ImageReference, tag: string): Readonly<Record<string, string>> {
  return { 'io.containerd.image.name': familiarReference(name), 'org.opencontainers.image.ref.name': tag };
}
