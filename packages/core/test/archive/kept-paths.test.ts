import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileItem, hardlinkItem, symlinkItem, type TarItem } from '../../src/archive/index.ts';
import { pour } from '../../src/archive/extract.ts';
import { LayerWriter } from '../../src/archive/layer-writer.ts';
import { TreeWriter } from '../../src/archive/tree-writer.ts';
import { listing, stream, tarOf, temporaryDirectory } from './support.ts';

/** A root with a file of somebody else at `var/run/secrets/token`, which is kept, and one beside it, which is not. */
function rootInUse(): string {
  const root = temporaryDirectory();
  mkdirSync(path.join(root, 'var/run/secrets'), { recursive: true });
  writeFileSync(path.join(root, 'var/run/secrets/token'), 'theirs', { mode: 0o644 });
  writeFileSync(path.join(root, 'var/run/beside'), 'old', { mode: 0o644 });
  return root;
}

async function apply(root: string, items: Iterable<TarItem>): Promise<void> {
  const tree = new TreeWriter(root, { owners: false, kept: ['var/run/secrets'] });
  await pour(stream(await tarOf(items)), new LayerWriter(tree, { lowest: false }), undefined);
  tree.finish();
}

const KEPT = ['var/ 755', 'var/run/ 755', 'var/run/secrets/ 755', 'var/run/secrets/token 644 theirs'];
const ALL = ['var/ 755', 'var/run/ 755', 'var/run/beside 644 old', ...KEPT.slice(2)];

describe('what is kept while an image is unpacked', () => {
  it.each<[string, TarItem[], readonly string[]]>([
    ['replaced', [fileItem('var/run/secrets/token', 'ours')], ALL],
    ['added to', [fileItem('var/run/secrets/more', 'ours')], ALL],
    [
      'replaced by way of a link',
      [symlinkItem('a', 'var/run'), fileItem('a/secrets/token', 'ours')],
      ['a -> var/run', ...ALL],
    ],
    ['given folders', [fileItem('var/run/secrets/deep/er/file', 'ours')], ALL],
    ['taken away', [fileItem('var/run/.wh.secrets', '')], ALL],
    ['replaced with its folder', [symlinkItem('var/run', '/run')], ALL],
    ['taken away with its folder', [fileItem('.wh.var', '')], KEPT],
    ['taken away with what is in its folder', [fileItem('var/.wh..wh..opq', '')], KEPT],
  ])('is not %s', async (_, items, expected) => {
    const root = rootInUse();
    await apply(root, items);
    expect(listing(root)).toEqual(expected);
  });

  it('gets no other name', async () => {
    await expect(apply(rootInUse(), [hardlinkItem('mine', 'var/run/secrets/token')])).rejects.toThrow(
      /"mine" can't be unpacked: its target .* is not the image's/,
    );
  });
});
