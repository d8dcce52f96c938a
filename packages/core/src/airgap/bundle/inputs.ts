import path from 'node:path';
import { inputError, Problems } from '../../errors/problems.ts';
import { kindOf } from '../../files/file-kind.ts';
import { parseSize } from '../../inputs/cache.ts';
import { type ConnectionContext, readConnectionInputs } from '../../inputs/connection.ts';
import { parsePlatform, parseTargetDirectory } from '../../inputs/places.ts';
import { InputReader, type RawInputs } from '../../inputs/reader.ts';
import { optional } from '../../json/json.ts';
import { requireLock } from '../../lock/read-lock.ts';
import { parseDependencyWish } from '../dependencies/wish.ts';
import type { BundleRequest, BundleTarget } from './write-bundle.ts';

/** What a bundle is made from, as the user wrote it; paths are relative to the working directory. */
export interface BundleInputs {
  readonly lockFile: string;
  readonly output: string | undefined;
  /** Empty: all platforms. */
  readonly platforms: readonly string[];
  readonly since: string | undefined;
  readonly partSize: string | undefined;
  /** `ID` or `ID@VERSION`. */
  readonly dependencies: readonly string[];
}

/** Smaller parts would be thousands of files. */
const MIN_PART_SIZE = 1_000_000;
const EARLIER_LOCK = { input: 'since', hint: 'Give the lock of a bundle that was loaded before.' };
const COMPRESSED = /\.(?:tgz|tar\.\w+|zip)$/i;

/**
 * Reads the inputs of a bundle, with the locks.
 *
 * @throws InputError with every problem there is
 */
export function parseBundleInputs(given: BundleInputs, raw: RawInputs, context: ConnectionContext): BundleRequest {
  const { workingDirectory } = context;
  const problems = new Problems();
  const lock = problems.attempt(() => requireLock(given.lockFile, workingDirectory));
  const { since: earlier } = given;
  const since =
    earlier === undefined ? undefined : problems.attempt(() => requireLock(earlier, workingDirectory, EARLIER_LOCK));
  const partSize =
    given.partSize === undefined ? undefined : problems.attempt(() => parsePartSize(given.partSize ?? ''));
  const output = problems.attempt(() => {
    const target = parseTarget(given.output, given.partSize !== undefined, workingDirectory);
    return target.kind === 'tar' ? { ...target, ...optional('partSize', partSize) } : target;
  });
  const platforms = given.platforms.flatMap((text) => problems.attempt(() => [parsePlatform(text, '')]) ?? []);
  const dependencies = given.dependencies.flatMap((text) => problems.attempt(() => [parseDependencyWish(text)]) ?? []);
  const connection = readConnectionInputs(new InputReader(raw, problems), context, problems);
  problems.throwIfAny();
  return {
    lock: lock ?? { images: [] },
    output: output ?? { kind: 'directory', path: '' },
    ...(platforms.length > 0 && { platforms }),
    ...optional('since', since),
    ...(dependencies.length > 0 && { dependencies }),
    connection,
  };
}

function parsePartSize(text: string): number {
  const size = parseSize(text, 'part-size');
  if (size >= MIN_PART_SIZE) return size;
  throw inputError('part-size', `"${text}" is less than 1MB`, 'Write how large a file may be, as in 2GB.');
}

function parseTarget(text: string | undefined, isCut: boolean, base: string): BundleTarget {
  if (text === undefined) throw inputError('output', 'it is missing', 'Give a directory, or a file that ends in .tar.');
  if (COMPRESSED.test(text)) {
    throw inputError('output', `"${text}" would be compressed`, 'Layers are compressed already: write a .tar.');
  }
  const absolute = path.resolve(base, text);
  if (!text.endsWith('.tar')) {
    if (isCut) throw inputError('part-size', `"${text}" is a directory`, 'Parts are made of a file that ends in .tar.');
    return { kind: 'directory', path: parseTargetDirectory(text, base, 'output') };
  }
  if (kindOf(absolute) === 'directory') throw inputError('output', `"${text}" is a directory`);
  parseTargetDirectory(path.dirname(text), base, 'output');
  return { kind: 'tar', path: absolute };
}
