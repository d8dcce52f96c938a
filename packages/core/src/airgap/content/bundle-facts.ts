import { Problems } from '../../errors/problems.ts';
import type { Platform } from '../../image/manifest.ts';
import { formatPlatform } from '../../image/platform.ts';
import { optional, parseJson } from '../../json/json.ts';
import { mirrorName } from '../../mirrors/index.ts';
import type { Digest, Repository } from '../../reference/index.ts';
import { DocumentReader } from '../../lock/document-reader.ts';

/** The file that says what kind of bundle it is. */
export const FACTS_FILE = 'bundle.json';
/** Bytes: what an earlier bundle has is a line or five for each layer. */
export const MAX_FACTS_SIZE = 4 * 1024 * 1024;
const BUNDLE_SCHEMA_VERSION = 1;

/** What a bundle says of itself beside its index, its lock and its sums. */
export interface BundleFacts {
  /** The platforms that were taken along; absent: all that the images have. */
  readonly platforms?: readonly Platform[];
  /** Set on a bundle that only adds to an earlier one. */
  readonly since?: Since;
}

export interface Since {
  /** Of the earlier lock (`lockDigest`). */
  readonly lock: Digest;
  /** What this bundle needs and leaves out, since the earlier one has it; by digest. */
  readonly blobs: readonly OmittedBlob[];
}

export interface OmittedBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Where the earlier bundle puts it. */
  readonly repository: Repository;
}

export function bundleFactsJson({ platforms, since }: BundleFacts): string {
  const blobs = since?.blobs.map(({ digest, size, repository }) => ({
    digest,
    size,
    repository: mirrorName(repository),
  }));
  const value = {
    schemaVersion: BUNDLE_SCHEMA_VERSION,
    ...optional('platforms', platforms?.map(formatPlatform)),
    ...optional('since', since && { lock: since.lock, blobs }),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** @throws InputError with everything that is not as `bundle` writes it */
export function parseBundleFacts(bytes: Uint8Array): BundleFacts {
  const problems = new Problems();
  const reader = new DocumentReader(FACTS_FILE, problems);
  const value = parseJson(bytes);
  reader.requireVersion(value, BUNDLE_SCHEMA_VERSION, {
    what: 'bundle',
    hint: 'Load it with the buildpacks-ci that made it.',
  });
  const { platforms, since } = reader.record(value, '', ['schemaVersion', 'platforms', 'since']);
  const facts = {
    ...optional('platforms', platforms === undefined ? undefined : readPlatforms(platforms, reader)),
    ...optional('since', since === undefined ? undefined : readSince(since, reader)),
  };
  problems.throwIfAny();
  return facts;
}

function readPlatforms(value: unknown, reader: DocumentReader): readonly Platform[] {
  const items = reader.items(value, 'platforms');
  return items.flatMap((item, index) => reader.platform(item, `platforms[${index}]`) ?? []);
}

function readSince(value: unknown, reader: DocumentReader): Since | undefined {
  const json = reader.record(value, 'since', ['lock', 'blobs']);
  const lock = reader.digest(json['lock'], 'since.lock');
  const blobs = reader.items(json['blobs'], 'since.blobs').flatMap((item, index) => {
    const at = `since.blobs[${index}]`;
    const blob = reader.record(item, at, ['digest', 'size', 'repository']);
    const digest = reader.digest(blob['digest'], `${at}.digest`);
    const size = reader.size(blob['size'], `${at}.size`);
    const repository = reader.imageName(
      `${reader.text(blob['repository'], `${at}.repository`)}:latest`,
      `${at}.repository`,
    );
    return digest === undefined || repository === undefined
      ? []
      : [{ digest, size, repository: repository.repository }];
  });
  return lock && { lock, blobs };
}
