import type { Readable } from 'node:stream';
import type { Descriptor, Platform, RawManifest } from '../image/manifest.ts';
import type { ImageSource } from '../image/source.ts';
import type { AskedPlace } from '../mirrors/index.ts';
import type { Digest, ImageReference, Repository } from '../reference/index.ts';
import type { RepositoryPrefix } from './catalog.ts';
import type { OpenBlob } from './upload.ts';

/** What the registry counted on the wire; for reports and for tests that bound requests and bytes. */
export interface Traffic {
  readonly requests: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/**
 * Reads images, by the names that users have for them, from wherever the rules for mirrors lead. Absent things are `undefined`;
 * everything else that goes wrong throws.
 */
export interface RegistryReader {
  /** GET a manifest or index as raw bytes; digest and media type verified. Undefined on 404. */
  manifest(reference: ImageReference): Promise<RawManifest | undefined>;
  /** GET a manifest; an index is resolved to the platform's manifest. `index` is set when there was one. Undefined on 404; throws when the index lacks the platform. */
  resolve(
    reference: ImageReference,
    platform: Platform,
  ): Promise<{ readonly manifest: RawManifest; readonly index?: RawManifest } | undefined>;
  /**
   * Where `resolve` looks for an image, in this order; for messages. Nobody is asked.
   *
   * @param platform decides by which digest, where a lock names one
   */
  places(reference: ImageReference, platform: Platform): readonly AskedPlace[];
  /** GET a blob; the stream verifies size and digest. */
  readBlob(repository: Repository, descriptor: Descriptor): Promise<Readable>;
  /**
   * As `manifest`, for what may be attached to an image: a signature, a list of referrers. Where mirrors lack it and the named registry
   * can't be reached it is undefined too, and a warning tells.
   */
  attached(reference: ImageReference): Promise<RawManifest | undefined>;
  /**
   * The manifests whose `subject` is this one, looked for as by `attached`. Undefined when the registry has no such API; then the index under the tag
   * `sha256-<hex>` lists them, if any (distribution specification 1.1, referrers tag schema).
   */
  referrers(repository: Repository, digest: Digest): Promise<readonly Descriptor[] | undefined>;
  /** A repository as a source of verified manifests and blobs; its name is the mirror's where one has served its manifest. */
  source(repository: Repository): ImageSource;
}

/** Asks and changes the named registry itself, never a mirror. Absent things are `undefined` or false. */
export interface RegistryTarget {
  /** HEAD a manifest. Undefined on 404. */
  headManifest(reference: ImageReference): Promise<Descriptor | undefined>;
  hasBlob(repository: Repository, digest: Digest): Promise<boolean>;
  /**
   * Cross-repository mount of a blob that is read from `from`. False when the registry did not do it (it may have begun an upload, which
   * is then cancelled), and when the blob comes from another registry: a mirror counts as where it is.
   */
  mountBlob(repository: Repository, digest: Digest, from: Repository): Promise<boolean>;
  /** Monolithic upload; `open` is called again for each retry. Bytes at hand are sent with the request's headers. */
  uploadBlob(repository: Repository, descriptor: Descriptor, open: OpenBlob): Promise<void>;
  /** PUT under a tag or under its own digest; the registry's digest is compared. */
  putManifest(repository: Repository, name: string, manifest: RawManifest): Promise<void>;
  /** Fails with `denied` when these credentials may not push; leaves nothing on the registry. */
  checkPush(repository: Repository): Promise<void>;
}

/** Bytes of a blob. */
export interface BlobRange {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** What else a repository offers to who keeps files of his own in it, at the named registry itself. Absent things are `undefined`. */
export interface RegistryStorage {
  /** GET a manifest, verified as by `RegistryReader.manifest`, but never from a mirror. Undefined on 404. */
  ownManifest(reference: ImageReference): Promise<RawManifest | undefined>;
  /** Bytes of the blob, if the registry tells it. Undefined on 404. */
  blobSize(repository: Repository, digest: Digest): Promise<number | undefined>;
  /**
   * GET a part of a blob, which is not verified: none when the blob ends before it. A connection that breaks is an error of the
   * iteration; whoever knows what he has asks for the rest. Undefined on 404.
   */
  readBlobRange(range: BlobRange, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** As `RegistryReader.referrers`, but never from a mirror. */
  ownReferrers(repository: Repository, digest: Digest): Promise<readonly Descriptor[] | undefined>;
  /** All tags, in the registry's order; none of a repository that is not there. */
  tags(repository: Repository, signal: AbortSignal): Promise<readonly string[]>;
  /** DELETE a manifest, and with it every tag that it has. Says nothing when it is gone already; many registries refuse. */
  deleteManifest(repository: Repository, digest: Digest): Promise<void>;
}

/** What a registry tells of itself; never a mirror. */
export interface RegistryCatalog {
  /**
   * The repositories at and below a prefix, sorted.
   *
   * @throws RegistryError when the registry has no catalogue, or none for these credentials
   */
  repositories(prefix: RepositoryPrefix, signal: AbortSignal): Promise<readonly Repository[]>;
}

/** The OCI distribution API as this project needs it. */
export interface RegistryClient extends RegistryReader, RegistryTarget, RegistryStorage, RegistryCatalog {
  /** All that this client has moved so far. */
  traffic(): Traffic;
}
