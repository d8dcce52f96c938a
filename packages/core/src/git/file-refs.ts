import { readdirSync } from 'node:fs';
import path from 'node:path';
import { kindOf, readSmallFile } from '../files/file-kind.ts';
import { type Refs, REFS_LIMIT, type RefTarget, TAGS, type Targets } from './refs.ts';
import { type Repository, textOf } from './repository.ts';

/** Refs as files of their own, which win over the file `packed-refs`. */
export function fileRefs({ directory, common }: Repository): Refs {
  const packed = readPackedRefs(common);
  return {
    value(name) {
      // A branch must not lead to a file elsewhere.
      if (name.split('/').includes('..')) return undefined;
      return textOf(path.join(name === 'HEAD' ? directory : common, name)) ?? packed.get(name)?.id;
    },
    tags() {
      const tags = new Map<string, RefTarget>();
      for (const [name, target] of packed) {
        if (name.startsWith(TAGS)) tags.set(name.slice(TAGS.length), target);
      }
      const folder = path.join(common, TAGS);
      for (const name of filesBelow(folder)) {
        const id = textOf(path.join(folder, name)) ?? '';
        if (/^[0-9a-f]+$/.test(id)) tags.set(name, { id });
      }
      return tags;
    },
  };
}

/**
 * The file `packed-refs` (git-pack-refs(1)): `<id> <name>`, and after an annotated tag `^<id>` of what it is about. The head line tells
 * whether those are there.
 */
function readPackedRefs(common: string): Targets {
  const bytes = readSmallFile(path.join(common, 'packed-refs'), REFS_LIMIT);
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

function filesBelow(folder: string): readonly string[] {
  if (kindOf(folder) !== 'directory') return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
