import path from 'node:path';
import { kindOf } from '../files/file-kind.ts';
import { optional } from '../json/json.ts';
import { fileRefs } from './file-refs.ts';
import { ObjectStore } from './object-store.ts';
import { type Refs, resolveRef, symbolicTarget } from './refs.ts';
import { reftableRefs } from './reftable-refs.ts';
import { findRepository, type Repository } from './repository.ts';

/** What Git tells of the commit that is checked out. */
export interface GitHead {
  /** The commit's full hash. */
  readonly commit: string;
  /** Of the committer, seconds since 1970. */
  readonly commitTime: number;
  /** The branch that is checked out; absent when `HEAD` is detached. */
  readonly branch?: string;
  /** Tags that point at the commit, annotated ones too, by their bare names in no order. */
  readonly tags: readonly string[];
  /** The default branch of `origin`, as far as the clone has noted it. */
  readonly defaultBranch?: string;
}

/**
 * Reads what a directory's checkout is of, from the files of Git and without Git: the tool image has none, it would refuse a checkout of
 * another user, and the repository's own configuration could make it run programs. That configuration is never read here.
 *
 * @returns in words why nothing is known, where that is so
 */
export function readGitHead(directory: string): GitHead | { readonly unreadable: string } {
  const repository = findRepository(directory);
  if (repository === undefined) return { unreadable: `"${directory}" is in no Git repository that can be read` };
  try {
    return headOf(repository);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { unreadable: `the Git repository "${repository.directory}" can not be read: ${why}` };
  }
}

function headOf(repository: Repository): GitHead {
  const refs = openRefs(repository);
  const commit = resolveRef(refs, 'HEAD');
  if (commit === undefined) throw new Error('nothing is committed on its branch yet, or its HEAD is damaged');
  const store = new ObjectStore(path.join(repository.common, 'objects'), commit.length / 2);
  try {
    return {
      commit,
      commitTime: commitTime(store, commit),
      ...optional('branch', nameBelow('refs/heads/', symbolicTarget(refs, 'HEAD'))),
      ...optional('defaultBranch', nameBelow(ORIGIN, symbolicTarget(refs, `${ORIGIN}HEAD`))),
      tags: [...refs.tags()]
        .filter(([, { id, peeled }]) => id === commit || (peeled ?? peel(store, id)) === commit)
        .map(([name]) => name),
    };
  } finally {
    store.close();
  }
}

function openRefs(repository: Repository): Refs {
  const hasTables = kindOf(path.join(repository.common, 'reftable')) === 'directory';
  return hasTables ? reftableRefs(repository) : fileRefs(repository);
}

const ORIGIN = 'refs/remotes/origin/';

function nameBelow(prefix: string, ref: string | undefined): string | undefined {
  return ref?.startsWith(prefix) === true ? ref.slice(prefix.length) : undefined;
}

function commitTime(store: ObjectStore, commit: string): number {
  const text = store.read(commit)?.toString('latin1');
  // Without its hash: a ref that is a link may lead to a secret that looks like one.
  if (text === undefined) throw new Error('it lacks the commit that is checked out');
  const [head = ''] = text.split('\n\n');
  const seconds = Number(/^committer .* (\d{1,12}) [+-]\d{4}$/m.exec(head)?.[1]);
  if (!Number.isSafeInteger(seconds)) throw new Error(`the commit ${commit} has no time`);
  return seconds;
}

/** What an annotated tag is about in the end; a tag may be about a tag. */
function peel(store: ObjectStore, id: string): string {
  let at = id;
  for (let step = 0; step < TAGS_OF_TAGS && store.typeOf(at) === 'tag'; step += 1) {
    at = /^object ([0-9a-f]+)$/m.exec(store.read(at)?.toString('latin1') ?? '')?.[1] ?? '';
  }
  return at;
}

const TAGS_OF_TAGS = 10;
