import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Platform, rawManifest } from '../../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { MANIFEST, type World } from './world.ts';

/** The bytes that came. */
export async function readBlob({ client, repository, blob }: World): Promise<string> {
  return text(await client.readBlob(repository, blob));
}

export function hasBlob({ client, repository, blob }: World): Promise<boolean> {
  return client.hasBlob(repository, blob.digest);
}

/** The text that came; undefined when there is none. */
export async function readManifest({ client, repository }: World): Promise<string | undefined> {
  const manifest = await client.manifest({ kind: 'tag', repository, tag: 'v1' });
  return manifest && Buffer.from(manifest.bytes).toString();
}

export async function readManifestByDigest({ client, repository }: World): Promise<string | undefined> {
  const manifest = await client.manifest({ kind: 'digest', repository, digest: digestOf(Buffer.from(MANIFEST)) });
  return manifest && Buffer.from(manifest.bytes).toString();
}

/** True when the head tells what the manifest is. */
export async function headManifest({ client, repository }: World): Promise<boolean> {
  const head = await client.headManifest({ kind: 'tag', repository, tag: 'v1' });
  return head?.digest === digestOf(Buffer.from(MANIFEST)) && head.size === MANIFEST.length;
}

/** The digest of the image that was chosen. */
export function resolveFor(platform: Platform): (world: World) => Promise<string | undefined> {
  return async ({ client, repository }) => {
    return (await client.resolve({ kind: 'tag', repository, tag: 'v1' }, platform))?.manifest.digest;
  };
}

/** Uploads the blob, which the registry does not have yet; gives what it has then. */
export async function uploadBlob({
  client,
  repository,
  blob,
  content,
  store,
  stored,
}: World): Promise<string | undefined> {
  store.blobs.delete(blob.digest);
  await client.uploadBlob(repository, blob, () => Readable.from([content], { objectMode: false }));
  return stored();
}

/** True when the registry has the manifest afterwards. */
export async function putManifest({ client, repository, store }: World): Promise<boolean> {
  const manifest = rawManifest(Buffer.from(MANIFEST), MEDIA_TYPE.ociManifest);
  await client.putManifest(repository, 'v2', manifest);
  return store.manifests.has('app:v2');
}

/** True when the registry says that it has mounted the blob. */
export function mountBlob({ client, repository, blob, registry }: World): Promise<boolean> {
  return client.mountBlob(repository, blob.digest, registry.repository('base'));
}

export function checkPush({ client, repository }: World): Promise<void> {
  return client.checkPush(repository);
}
