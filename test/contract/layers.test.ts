import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const CORE = path.join(import.meta.dirname, '../../packages/core/src');

/** The folder of core that a module belongs to. */
function folderOf(module: string): string {
  return module.split(path.sep)[0] ?? module;
}

/** Which folders of core each folder imports from. */
async function imports(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (const module of await readdir(CORE, { recursive: true })) {
    if (!module.endsWith('.ts') || module === 'index.ts') continue;
    const text = await readFile(path.join(CORE, module), 'utf8');
    const targets = found.get(folderOf(module)) ?? new Set<string>();
    for (const [, target = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
      targets.add(folderOf(path.join(path.dirname(module), target)));
    }
    targets.delete(folderOf(module));
    found.set(folderOf(module), targets);
  }
  return found;
}

/** Takes away, again and again, the folders that import from none of those left: what remains goes round in circles. */
function circular(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  let left = [...graph.keys()];
  for (;;) {
    const next = left.filter((folder) => left.some((other) => graph.get(folder)?.has(other)));
    if (next.length === left.length) return left;
    left = next;
  }
}

describe('the folders of core', () => {
  it('form layers: none imports, through others, from itself', async () => {
    expect(circular(await imports())).toEqual([]);
  });

  it.each(['errors', 'json', 'reference'])('%s imports from no folder above it', async (folder) => {
    const lowest = ['errors', 'json', 'reference'];
    expect([...((await imports()).get(folder) ?? [])].filter((other) => !lowest.includes(other))).toEqual([]);
  });
});
