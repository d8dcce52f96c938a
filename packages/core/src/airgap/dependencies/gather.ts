import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import { inputError } from '../../errors/problems.ts';
import { kindOf } from '../../files/file-kind.ts';
import { isRealFolder, makeRealFolders } from '../../files/real-folders.ts';
import type { Lock } from '../../lock/lock.ts';
import { isHttps, type LockedDependency, sortedDependencies } from '../../lock/locked-dependency.ts';
import { download } from '../../network/download.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Ports } from '../../ports/index.ts';
import { type Digest, hexOf } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type ContentHash, hashOfFile } from '../content/content-hash.ts';
import type { PlatformChoice } from '../content/platform-choice.ts';
import { dependenciesOfLock, type FetchedDependency } from './lock-buildpacks.ts';
import { type DependencyWish, isWished, requireFound } from './wish.ts';

/** A dependency that has been fetched, and lies beside the bundle until that has it. */
export interface StagedDependency {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Absolute. */
  readonly file: string;
}

/** The largest that are known (GraalVM, CUDA) have less. */
const MAX_SIZE = 8 * 1024 ** 3;
const AT_ONCE = 3;

type GatherPorts = Ports & { readonly registry: RegistryReader };

/**
 * Chooses from what the lock's buildpacks fetch, beside what the lock names already.
 *
 * @throws InputError on `dependencies` when no buildpack has one, or it can't be taken along
 */
export async function chooseDependencies(
  lock: Lock,
  wishes: readonly DependencyWish[],
  choice: PlatformChoice,
  ports: GatherPorts,
): Promise<readonly LockedDependency[]> {
  const named = lock.dependencies ?? [];
  if (wishes.length === 0) return sortedDependencies(named);
  const known = await dependenciesOfLock(lock, choice, ports);
  requireFound(wishes, known);
  const chosen = known.filter((each) => wishes.some((wish) => isWished(wish, each)));
  return sortedDependencies([...named, ...chosen.map(lockable)]);
}

function lockable({ id, version, uri, digest, buildpack }: FetchedDependency): LockedDependency {
  const name = `"${id}@${version}" of ${buildpack}`;
  if (digest === undefined) {
    throw inputError('dependencies', `${name} has no sha256`, 'Give the build a dependency-mirror for it.');
  }
  if (!isHttps(uri)) throw inputError('dependencies', `${name} is at "${uri}", which is not https`);
  return { id, version, uri, digest };
}

/**
 * Fetches dependencies into a folder; what an earlier run has left there is kept as far as it is right.
 *
 * @throws BuildpacksError as `download`
 */
export async function stageDependencies(
  dependencies: readonly LockedDependency[],
  folder: string,
  ports: GatherPorts,
): Promise<readonly StagedDependency[]> {
  if (dependencies.length === 0) return [];
  const obstacle = await makeRealFolders(path.dirname(folder), [path.basename(folder)]);
  if (obstacle !== undefined) throw inputError('output', `"${obstacle}" is in the place of a folder`);
  return mapInParallel(dependencies, AT_ONCE, async ({ uri, digest }) => {
    const file = path.join(folder, hexOf(digest));
    const there = await hashOfStaged(file);
    if (there?.digest === digest) return { digest, size: there.size, file };
    await download({ url: new URL(uri), digest, target: file, maxBytes: MAX_SIZE }, ports);
    const fetched = await hashOfStaged(file);
    if (fetched?.digest !== digest) throw new BuildpacksError('machine', `"${file}" was changed while it was used`);
    return { digest, size: fetched.size, file };
  });
}

/** Removes what was staged, by this run or an earlier one: the bundle has it. Files of others under the folder's name stay. */
export async function dropStaged(folder: string): Promise<void> {
  if (!isRealFolder(folder)) return;
  const names = await readdir(folder);
  const staged = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  for (const name of staged) await rm(path.join(folder, name));
  if (staged.length === names.length) await rmdir(folder);
}

async function hashOfStaged(file: string): Promise<ContentHash | undefined> {
  return kindOf(file) === 'file' ? hashOfFile(file) : undefined;
}
