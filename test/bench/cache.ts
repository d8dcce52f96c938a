import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Who holds a lock touches it this often (milliseconds); one left alone for `STALE` belongs to a process that died. */
const HEARTBEAT = 2_000;
const STALE = 15_000;
const POLL = 100;

/** The repository's root. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** Where everything that the bench makes is kept: `.cache/bench`, or where `BENCH_CACHE` says, so that clones can share one. */
export function cachePath(...parts: readonly string[]): string {
  return path.join(process.env['BENCH_CACHE'] ?? path.join(ROOT, '.cache', 'bench'), ...parts);
}

/**
 * The folder of this name in the cache, made by `make` when it is not there. The folder appears whole or not at all, and
 * processes that ask at once wait for the first.
 *
 * @param name relative to the cache; holds a key of everything that its content depends on
 * @param make fills the empty folder that it is given
 */
export async function kept(name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const target = cachePath(name);
  if (existsSync(target)) return target;
  await mkdir(path.dirname(target), { recursive: true });
  const unlock = await lock(`${target}.lock`);
  try {
    if (!existsSync(target)) await makeAside(target, make);
  } finally {
    await unlock();
  }
  return target;
}

/** A short name for all of `inputs`, JSON values. */
export function keyOf(...inputs: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
}

async function makeAside(target: string, make: (directory: string) => Promise<void>): Promise<void> {
  await removeLeftovers(target);
  const aside = `${target}.${randomUUID()}.partial`;
  await mkdir(aside);
  try {
    await make(aside);
    await rename(aside, target);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** What a killed process had begun: nobody else works on it, for we hold the lock. */
async function removeLeftovers(target: string): Promise<void> {
  const [folder, name] = [path.dirname(target), path.basename(target)];
  for (const other of await readdir(folder)) {
    if (other.startsWith(`${name}.`) && other.endsWith('.partial'))
      await rm(path.join(folder, other), { recursive: true });
  }
}

/** Takes the lock, a folder, and gives the function that releases it. */
async function lock(folder: string): Promise<() => Promise<void>> {
  while (!(await take(folder))) {
    if (await isStale(folder)) await rm(folder, { recursive: true, force: true });
    else await delay(POLL);
  }
  const heartbeat = setInterval(() => {
    void utimes(folder, new Date(), new Date()).catch(() => undefined);
  }, HEARTBEAT);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(folder, { recursive: true, force: true });
  };
}

async function take(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(folder: string): Promise<boolean> {
  const touched = await stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  return touched !== undefined && Date.now() - touched > STALE;
}
