import { type Descriptor, parseIndex, parseManifest, type RawManifest, rawManifest } from '../image/manifest.ts';
import { isIndexType, isManifestType, MEDIA_TYPE } from '../image/media-types.ts';
import {
  type Digest,
  familiarReference,
  formatRepository,
  type ImageReference,
  isDigest,
  manifestName,
  type Repository,
} from '../reference/index.ts';
import type { Turn } from './attempts.ts';
import { refuseOtherDigest } from './digest-header.ts';
import { answerError, type RegistryError } from './error.ts';
import { transportNote } from './page.ts';
import { BRIEFLY } from './retry.ts';
import { readAccess } from './scope.ts';
import type { Call, Transport } from './transport.ts';
import type { Answer } from './wire.ts';

/** What every registry must be able to store (OCI distribution specification, pushing manifests); nothing sane is larger. */
export const MAX_MANIFEST_SIZE = 4 * 1024 * 1024;

const ACCEPT = [MEDIA_TYPE.ociIndex, MEDIA_TYPE.ociManifest, MEDIA_TYPE.dockerIndex, MEDIA_TYPE.dockerManifest].join(
  ', ',
);

/** A manifest or index: digest, media type, size and shape checked. Undefined when the endpoint has none of that name. */
export async function getManifest(transport: Transport, turn: Turn): Promise<RawManifest | undefined> {
  const { reference } = turn.endpoint;
  const call = manifestCall('GET', turn);
  return transport.call(call, async (answer) => {
    if (answer.status === 200) return readManifest(answer, call, reference);
    await answer.discard();
    return undefined;
  });
}

/** What is there under a name, without reading it; registries that do not tell enough are asked for the whole. */
export async function headManifest(transport: Transport, turn: Turn): Promise<Descriptor | undefined> {
  const { reference } = turn.endpoint;
  const call = manifestCall('HEAD', turn);
  const head = await transport.call(call, async (answer) => {
    await answer.discard();
    const digest = answer.header('docker-content-digest');
    return { answer, mediaType: mediaTypeOf(answer), size: answer.length, digest };
  });
  if (head.answer.status !== 200) return undefined;
  const { mediaType, size, digest } = head;
  if (digest !== undefined && isDigest(digest) && size !== undefined && isKnownType(mediaType)) {
    if (reference.kind === 'digest' && reference.digest !== digest) {
      throw broken(call, head.answer, `the registry says that its digest is ${digest}`);
    }
    return { mediaType, digest, size };
  }
  const raw = await getManifest(transport, turn);
  return raw && { mediaType: raw.mediaType, digest: raw.digest, size: raw.bytes.byteLength };
}

/** PUT under a tag or the manifest's own digest. */
export async function putManifest(
  transport: Transport,
  repository: Repository,
  name: string,
  manifest: RawManifest,
): Promise<void> {
  const call: Call = {
    task: `write the manifest ${formatRepository(repository)}${isDigest(name) ? '@' : ':'}${name}`,
    method: 'PUT',
    target: `manifests/${name}`,
    headers: { 'content-type': manifest.mediaType },
    body: () => manifest.bytes,
    access: { repository, right: 'push' },
    expect: [200, 201, 202, 204],
    errand: 'upload',
  };
  await transport.call(call, async (answer) => {
    await answer.discard();
    refuseOtherDigest(answer, call.task, manifest.digest);
  });
}

/** By digest, since what its tag names may be another one by now. */
export async function deleteManifest(transport: Transport, repository: Repository, digest: Digest): Promise<void> {
  const call: Call = {
    task: `delete the manifest ${formatRepository(repository)}@${digest}`,
    method: 'DELETE',
    target: `manifests/${digest}`,
    // Who wants another right says so in its challenge; not every token service knows one for this.
    access: { repository, right: 'push' },
    expect: [200, 202, 204, 404],
    errand: 'upload',
  };
  await transport.call(call, (answer) => answer.discard());
}

/** For messages. */
export function manifestTask(reference: ImageReference): string {
  return `read the manifest of ${familiarReference(reference)}`;
}

function manifestCall(method: 'GET' | 'HEAD', { endpoint, followed }: Turn): Call {
  const { reference } = endpoint;
  return {
    task: manifestTask(reference),
    method,
    target: `manifests/${manifestName(reference)}`,
    headers: { accept: ACCEPT },
    access: readAccess(endpoint),
    expect: [200, 404],
    errand: 'download',
    ...(followed && BRIEFLY),
  };
}

async function readManifest(answer: Answer, call: Call, reference: ImageReference): Promise<RawManifest> {
  const mediaType = mediaTypeOf(answer);
  const fail = async (reason: string, hint?: string) => {
    await answer.discard();
    return broken(call, answer, reason, hint);
  };
  if (mediaType.includes('docker.distribution.manifest.v1')) {
    throw await fail(
      'it has the old schema 1, which no tool builds on any more',
      'Push the image again with a current tool.',
    );
  }
  if (!isKnownType(mediaType))
    throw await fail(`its media type is "${mediaType}", which is no image manifest or index`);
  const { bytes, complete } = await answer.bytes(MAX_MANIFEST_SIZE);
  if (!complete) throw broken(call, answer, `it has more than ${MAX_MANIFEST_SIZE} bytes`);

  const raw = rawManifest(bytes, mediaType);
  const declared = answer.header('docker-content-digest');
  const expected = reference.kind === 'digest' ? reference.digest : undefined;
  for (const digest of [expected, declared]) {
    if (digest !== undefined && isDigest(digest) && digest !== raw.digest) {
      throw broken(call, answer, `its digest should be ${digest} and is ${raw.digest}${transportNote(answer)}`);
    }
  }
  if (isIndexType(mediaType)) parseIndex(raw);
  else parseManifest(raw);
  return raw;
}

/** Without parameters such as `charset`. */
function mediaTypeOf(answer: Answer): string {
  return (answer.header('content-type') ?? '').split(';', 1).join('').trim().toLowerCase();
}

function isKnownType(mediaType: string): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType);
}

function broken({ task }: Call, answer: Answer, reason: string, hint?: string): RegistryError {
  return answerError(answer, { task, reason, hint });
}
