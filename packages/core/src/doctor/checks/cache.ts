import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { machineError } from '../../errors/index.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { mirrorName } from '../../mirrors/index.ts';
import type { Repository } from '../../reference/index.ts';
import { storedCaches } from '../subjects.ts';
import type { Need } from './needs.ts';
import { clientOf, type ReadMeans } from './read.ts';
import type { Trial } from './trial.ts';
import { writeTrial } from './write.ts';

/** A tag as caches have them, that nobody has. */
const SOME_TAG = `buildpacks-ci-cache-${'0'.repeat(32)}`;
/** What a directory store makes. Whoever has filled it may have been another user. */
const FOLDERS = ['indexes', 'packs', 'incoming'];

/** The stores of the layer cache, to be read and, where this run would write, to be written. A build does without any of them. */
export function cacheNeeds(request: BuildRequest, means: ReadMeans): readonly Need[] {
  const { mode, signKey, verifyKeys } = request.cache;
  const isWritten = mode === 'write' && (signKey !== undefined || verifyKeys.length === 0);
  return storedCaches(request).map((store): Need => {
    if (store.kind === 'dir') return { optional: true, ways: [{ trial: directoryTrial(store.path, isWritten) }] };
    const { repository } = store;
    const reference = { kind: 'tag', repository, tag: SOME_TAG } as const;
    const endpoint = { role: 'source', reference, resolvesTags: true, insecure: false } as const;
    const trials = [readTrial(repository, means), ...(isWritten ? [writeTrial(repository, means)] : [])];
    return { optional: true, ways: trials.map((trial) => ({ trial, endpoint })) };
  });
}

/** Asks for a cache that is not there: a registry that would refuse us says so. */
function readTrial(repository: Repository, means: ReadMeans): Trial<undefined> {
  return {
    what: 'read',
    subject: mirrorName(repository),
    act: async (trial) => {
      await clientOf(trial, means).ownManifest({ kind: 'tag', repository, tag: SOME_TAG });
      return { message: 'may be read', found: undefined };
    },
  };
}

/** Asks for rights and writes nothing. */
function directoryTrial(directory: string, isWritten: boolean): Trial<undefined> {
  return {
    what: isWritten ? 'write' : 'read',
    subject: `dir:${directory}`,
    act: async () => {
      const isThere = await exists(directory);
      const wanted = constants.R_OK | constants.X_OK | (isWritten ? constants.W_OK : 0);
      for (const folder of isThere ? FOLDERS.map((name) => path.join(directory, name)) : []) {
        if (await exists(folder)) await mayAccess(folder, wanted);
      }
      if (isThere || isWritten) await mayAccess(await nearest(directory), wanted);
      const may = isWritten ? 'may be written' : 'may be read';
      return { message: isThere ? may : `is not there yet${isWritten ? ', and may be made' : ''}`, found: undefined };
    },
  };
}

/** The directory itself, or the one in which it would be made. */
async function nearest(directory: string): Promise<string> {
  return (await exists(directory)) ? directory : nearest(path.dirname(directory));
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw machineError(error);
  }
}

async function mayAccess(file: string, mode: number): Promise<void> {
  await access(file, mode).catch((error: unknown) => {
    throw machineError(error);
  });
}
