import { readdirSync } from 'node:fs';
import path from 'node:path';
import { kindOf, readSmallFile } from '../files/file-kind.ts';
import { type Repository, textOf } from './repository.ts';

/** What a ref points to. */
export interface RefTarget {
  /** An object, hexadecimal. */
  readonly id: string;
  /** The object that an annotated tag is about; `id` itself where it is known that it is none; absent: not known. */
  readonly peeled?: string;
}

/** Full names (`refs/tags/v1`) and their targets. */
export type Refs = ReadonlyMap<string, RefTarget>;

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SYMBOLIC = /^ref: *(refs\/.+)$/;
/** A repository with a million refs has less. */
const PACKED_LIMIT = 256 * 1024 * 1024;
/** As many as Git follows. */
const LINKS = 5;

/** The ref that a symbolic one such as `HEAD` names; undefined when it names a commit. */
export function symbolicTarget(file: string): string | undefined {
  return SYMBOLIC.exec(textOf(file) ?? '')?.[1];
}

/** The object that `HEAD` stands for; undefined on a branch without a commit. */
export function headId({ directory, common }: Repository, packed: Refs): string | undefined {
  let text = textOf(path.join(directory, 'HEAD')) ?? '';
  for (let link = 0; link < LINKS; link += 1) {
    if (ID.test(text)) return text;
    const name = SYMBOLIC.exec(text)?.[1];
    if (name === undefined || name.split('/').includes('..')) return undefined;
    text = textOf(path.join(common, name)) ?? packed.get(name)?.id ?? '';
  }
  return undefined;
}

/**
 * The file `packed-refs` (git-pack-refs(1)): `<id> <name>`, and after an annotated tag `^<id>` of what it is about. The head line tells
 * whether those are there.
 */
export function readPackedRefs({ common }: Repository): Refs {
  const bytes = readSmallFile(path.join(common, 'packed-refs'), PACKED_LIMIT);
  const lines = typeof bytes === 'string' ? [] : Buffer.from(bytes).toString('utf8').split('\n');
  const peels = /^# pack-refs with:.*\bpeeled\b/.test(lines[0] ?? '');
  const refs = new Map<string, RefTarget>();
  let last = '';
  for (const line of lines) {
    const [, id = '', name = ''] = /^([0-9a-f]+) (refs\/.+)$/.exec(line) ?? [];
    if (line.startsWith('^')) refs.set(last, { id: refs.get(last)?.id ?? '', peeled: line.slice(1) });
    else if (name !== '') {
      refs.set(name, { id, ...(peels && { peeled: id }) });
      last = name;
    }
  }
  return refs;
}

/** All tags by their bare names. A file of its own wins over `packed-refs`. */
export function readTags({ common }: Repository, packed: Refs): Refs {
  const tags = new Map<string, RefTarget>();
  for (const [name, target] of packed) {
    if (name.startsWith(TAGS)) tags.set(name.slice(TAGS.length), target);
  }
  const folder = path.join(common, TAGS);
  for (const name of filesBelow(folder)) {
    const id = textOf(path.join(folder, name)) ?? '';
    if (ID.test(id)) tags.set(name, { id });
  }
  return tags;
}

const TAGS = 'refs/tags/';

function filesBelow(folder: string): readonly string[] {
  if (kindOf(folder) !== 'directory') return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
