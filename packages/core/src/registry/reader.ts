import type { Readable } from 'node:stream';
import { type Descriptor, parseIndex, type Platform, type RawManifest } from '../image/manifest.ts';
import { isIndexType, isManifestType } from '../image/media-types.ts';
import { missingPlatform, selectPlatform } from '../image/platform.ts';
import type { ImageSource } from '../image/source.ts';
import {
  atDigest,
  type Digest,
  familiarReference,
  formatRepository,
  type ImageReference,
  type Repository,
} from '../reference/index.ts';
import { blobTask, hasBlob, readBlob } from './download.ts';
import type { Endpoints } from './endpoints.ts';
import { RegistryError } from './error.ts';
import { getManifest, headManifest, manifestTask } from './manifests.ts';
import { listReferrers, referrersTask } from './referrers.ts';
import type { Transport } from './transport.ts';
import type { RegistryReader } from './types.ts';

/** Reads from wherever the rules for mirrors lead. */
export function createReader(transport: Transport, endpoints: Endpoints): RegistryReader {
  const manifest = (reference: ImageReference) =>
    endpoints.forManifest(reference, manifestTask(reference)).first(async (turn) => {
      const raw = await getManifest(transport, turn);
      if (raw !== undefined) endpoints.served(reference, turn.endpoint);
      return raw;
    });
  const open = (repository: Repository, descriptor: Descriptor): Promise<Readable> => {
    const { digest } = descriptor;
    return readBlob(transport, endpoints.forBlob(repository, digest, blobTask(repository, digest)), descriptor);
  };
  return {
    manifest,
    resolve: (reference, platform) => resolveManifest(manifest, endpoints, reference, platform),
    places: (reference) => endpoints.places(reference),
    readBlob: open,
    attached: (reference) =>
      endpoints.attached(reference, manifestTask(reference), (turn) => getManifest(transport, turn)),
    referrers: (repository, digest) =>
      endpoints.attached({ kind: 'digest', repository, digest }, referrersTask(repository, digest), async (turn) => {
        const list = await listReferrers(transport, turn, digest);
        // A cache knows only what was pulled through it.
        return list?.length === 0 && turn.endpoint.role === 'mirror' && turn.followed ? undefined : list;
      }),
    source: (repository): ImageSource => ({
      name: formatRepository(endpoints.servedBy(repository) ?? repository),
      manifest: (digest) => manifest({ kind: 'digest', repository, digest }),
      has: (descriptor) => hasContent(transport, endpoints, repository, descriptor),
      open: (descriptor) => open(repository, descriptor),
    }),
  };
}

async function hasContent(
  transport: Transport,
  endpoints: Endpoints,
  repository: Repository,
  { mediaType, digest }: { readonly mediaType: string; readonly digest: Digest },
): Promise<boolean> {
  if (isManifestType(mediaType) || isIndexType(mediaType)) {
    const reference = { kind: 'digest', repository, digest } as const;
    const attempts = endpoints.forManifest(reference, manifestTask(reference));
    return (await attempts.first((turn) => headManifest(transport, turn))) !== undefined;
  }
  const attempts = endpoints.forBlob(repository, digest, blobTask(repository, digest));
  const found = await attempts.first(async (turn) => (await hasBlob(transport, turn, digest)) || undefined);
  return found !== undefined;
}

/** The manifest for one platform, through an index if there is one. */
async function resolveManifest(
  manifestOf: (reference: ImageReference) => Promise<RawManifest | undefined>,
  endpoints: Endpoints,
  reference: ImageReference,
  platform: Platform,
): Promise<{ readonly manifest: RawManifest; readonly index?: RawManifest } | undefined> {
  const raw = await manifestOf(reference);
  if (raw === undefined || isManifestType(raw.mediaType)) return raw && { manifest: raw };
  const index = parseIndex(raw);
  const child = selectPlatform(index, platform);
  if (child === undefined) {
    throw missingPlatform(familiarReference(reference), index, platform);
  }
  const manifest = await manifestOf(atDigest(reference, child.digest));
  if (manifest === undefined) {
    const place = formatRepository(endpoints.servedBy(reference.repository) ?? reference.repository);
    const reason = `its manifest ${child.digest} is missing from ${place}`;
    throw new RegistryError({ code: 'registry', task: manifestTask(reference), reason, status: 404 });
  }
  return { manifest, index: raw };
}
