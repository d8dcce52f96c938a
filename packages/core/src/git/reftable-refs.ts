import path from 'node:path';
import { readSmallFile } from '../files/file-kind.ts';
import { type Refs, REFS_LIMIT, type RefTarget, TAGS } from './refs.ts';
import { readReftable, type RefValue } from './reftable.ts';
import { type Repository, textOf } from './repository.ts';

/** A list that is a link may have other people's words in it, which are not to be told. */
const TABLE = /^[\w-]{1,128}\.ref$/;

/** Refs in a stack of tables, where new ones win over old ones. A worktree has a stack for its own. */
export function reftableRefs({ directory, common }: Repository): Refs {
  const shared = readStack(path.join(common, 'reftable'));
  const own = directory === common ? shared : readStack(path.join(directory, 'reftable'));
  return {
    value(name) {
      const value = (name === 'HEAD' ? own : shared).get(name);
      if (value?.kind === 'symbolic') return `ref: ${value.target}`;
      return value?.kind === 'object' ? value.id : undefined;
    },
    tags() {
      const tags = new Map<string, RefTarget>();
      for (const [name, value] of shared) {
        if (name.startsWith(TAGS) && value.kind === 'object') tags.set(name.slice(TAGS.length), value);
      }
      return tags;
    },
  };
}

/** The file `tables.list` names them, the oldest first. */
function readStack(folder: string): ReadonlyMap<string, RefValue> {
  const names = (textOf(path.join(folder, 'tables.list')) ?? '').split('\n').filter((name) => name !== '');
  const refs = new Map<string, RefValue>();
  for (const name of names) {
    if (!TABLE.test(name)) throw new Error('its list of tables names something else');
    const bytes = readSmallFile(path.join(folder, name), REFS_LIMIT);
    if (typeof bytes === 'string') throw new Error(`its table "${name}" ${bytes}`);
    for (const [ref, value] of readReftable(Buffer.from(bytes))) refs.set(ref, value);
  }
  return refs;
}
