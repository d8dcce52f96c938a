import { BuildpacksError } from '../../errors/index.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import { type Digest, digestOf } from '../../reference/index.ts';
import { digestInName, HEAD_FILES, parseSums, SUMS_FILE } from '../content/bundle-files.ts';
import { hashOf } from '../content/content-hash.ts';
import type { BundleSource } from './bundle-source.ts';
import { readSmall } from './verified-files.ts';

/** Lines of a hundred bytes for each blob. */
const MAX_SUMS_SIZE = 16 * 1024 * 1024;
/** Files that are hashed at once. */
const AT_ONCE = 3;

/** What came of looking at every file of a bundle. */
export interface CheckedFiles {
  /** Each in words, beginning with the file's path. */
  readonly damages: readonly string[];
  /** Whether nothing else is wrong than that there are more files: the bundle is right without them. */
  readonly isCluttered?: boolean;
  /** Of `SHA256SUMS`, when it is there. */
  readonly digest?: Digest;
  /** What `SHA256SUMS` says, by path. */
  readonly sums?: ReadonlyMap<string, Digest>;
}

/**
 * Compares the files with `SHA256SUMS`: none may be missing, none too many, and each must hash to what is written there. Names come first,
 * since to hash takes as long as to read the medium.
 *
 * @param expected the digest of `SHA256SUMS`, when it is known
 * @param log is told how many bytes are read
 * @throws BuildpacksError `policy` when it has another one: then no other file was read
 */
export async function checkFiles(
  source: BundleSource,
  expected?: Digest,
  log?: Pick<Log, 'progress'>,
): Promise<CheckedFiles> {
  if (source.damages.length > 0) return { damages: source.damages };
  if (!source.files.has(SUMS_FILE)) {
    return { damages: [`${SUMS_FILE}: it is missing, so this is no bundle or not a whole one`] };
  }
  const bytes = await readSmall(source, SUMS_FILE, MAX_SUMS_SIZE);
  if (bytes === undefined) return { damages: [`${SUMS_FILE}: it has more than ${MAX_SUMS_SIZE} bytes`] };
  const digest = digestOf(bytes);
  if (expected !== undefined && digest !== expected) throw anotherBundle(source, digest, expected);
  const sums = parseSums(bytes.toString('latin1'));
  if (sums === undefined) return { damages: [`${SUMS_FILE}: it is not as bundle writes it`] };
  const missing = [...HEAD_FILES.filter((file) => file !== SUMS_FILE), ...sums.keys()].filter(
    (file) => !source.files.has(file),
  );
  const extra = [...source.files.keys()].filter((file) => file !== SUMS_FILE && !sums.has(file));
  const damages = [
    ...new Set(missing.map((file) => `${file}: it is missing`)),
    ...extra.map((file) => `${file}: it does not belong to the bundle`),
  ];
  if (damages.length > 0) return { damages, isCluttered: missing.length === 0 };
  const opened = openCounted(source, log);
  const wrong = await mapInParallel([...sums], AT_ONCE, ([file, due]) => damageOf(opened, file, due));
  return { damages: wrong.filter((damage) => damage !== undefined), digest, sums };
}

function anotherBundle({ name }: BundleSource, digest: Digest, expected: Digest): BuildpacksError {
  return new BuildpacksError('policy', `"${name}" is the bundle ${digest}, and ${expected} is expected`, {
    hint: 'Ask whoever made the bundle for its digest, by another way than the bundle came. Nothing of it was pushed.',
  });
}

/** The same bytes, of which the log is told as of one transfer. */
function openCounted(source: BundleSource, log: Pick<Log, 'progress'> | undefined): BundleSource['open'] {
  const total = [...source.files.values()].reduce((sum, size) => sum + size, 0);
  let done = source.files.get(SUMS_FILE) ?? 0;
  return async function* counted(file) {
    for await (const chunk of source.open(file)) {
      done += chunk.length;
      log?.progress({ label: 'checked', done, total });
      yield chunk;
    }
  };
}

async function damageOf(open: BundleSource['open'], file: string, expected: Digest): Promise<string | undefined> {
  const named = digestInName(file);
  if (named !== undefined && named !== expected) return `${file}: ${SUMS_FILE} has another digest for it, ${expected}`;
  const { digest } = await hashOf(open(file));
  return digest === expected ? undefined : `${file}: expected ${expected}, found ${digest}`;
}
