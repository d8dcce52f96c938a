import { describe, expect, it } from 'vitest';
import {
  directoryItem,
  type EntryFacts,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarItem,
  writeTar,
} from '../../../src/archive/index.ts';
import { LayerScan } from '../../../src/cache/layers/layer-scan.ts';
import { paxRecord, rawMember, rawTar, tarOf } from '../../archive/support.ts';

const RULE = { folder: '/layers/samples_nodejs/modules', uid: 1001, gid: 1000 };
const FACTS: EntryFacts = { uid: 1001, gid: 1000, mtime: 315_532_801 };
const ROOT_FACTS: EntryFacts = { mtime: 315_532_801 };
const ROOT = RULE.folder;

const LEADING = [
  directoryItem('/layers', ROOT_FACTS),
  directoryItem('/layers/samples_nodejs', FACTS),
  directoryItem(ROOT, FACTS),
];
const folder = (name: string, facts = FACTS) => directoryItem(`${ROOT}/${name}`, facts);
const file = (name: string, facts = FACTS) => fileItem(`${ROOT}/${name}`, 'content', facts);
const link = (name: string, target: string) => symlinkItem(`${ROOT}/${name}`, target, FACTS);

async function scan(items: readonly TarItem[]): Promise<void> {
  const layer = new LayerScan(RULE);
  for await (const piece of writeTar(items)) {
    for (let at = 0; at < piece.length; at += 700) layer.feed(piece.subarray(at, at + 700));
  }
  layer.finish();
}

const device = (type: 'fifo' | 'character-device'): TarItem => {
  const { entry } = file('x');
  return { entry: { ...entry, type, size: 0, device: { major: 1, minor: 3 } } };
};

describe("the lifecycle's tars", () => {
  it.each<[string, readonly TarItem[]]>([
    ['an empty layer', []],
    ['files, folders and links', [folder('a'), file('a/b'), file('a/c'), link('d', 'a/b'), file('e')]],
    ['links to anywhere', [link('a', '/etc/passwd'), link('b', '../../..')]],
    ['a folder that sorts before a file with its name', [folder('a'), file('a/z'), file('a.b')]],
    ['names in the order of their bytes', [file('Z'), file('a'), file('é'), file('\uffee'), file('😀')]],
    ['long names', [folder('x'.repeat(200)), file(`${'x'.repeat(200)}/${'y'.repeat(200)}`)]],
    ['an executable file', [file('a', { ...FACTS, mode: 0o755 })]],
    ["a folder with a volume's group bit", [folder('a', { ...FACTS, mode: 0o2755 })]],
  ])('pass: %s', async (_, items) => {
    await expect(scan([...LEADING, ...items])).resolves.toBeUndefined();
  });
});

describe('other tars', () => {
  it.each<[string, readonly TarItem[], string]>([
    ['nothing', [], 'no folder'],
    ['no folder of the layer', LEADING.slice(0, 2), 'no folder'],
    ['a file first', [file('a')], 'should come first'],
    [
      'another folder',
      [...LEADING.slice(0, 2), directoryItem('/layers/samples_nodejs/other', FACTS)],
      'should come first',
    ],
    ['a link in place of a folder', [...LEADING.slice(0, 2), symlinkItem(ROOT, '/etc', FACTS)], 'should come first'],
    [
      'relative names',
      LEADING.map(({ entry }) => ({ entry: { ...entry, path: entry.path.slice(1) } })),
      'should come first',
    ],
  ])('are refused: %s', async (_, items, why) => {
    await expect(scan(items)).rejects.toThrow(why);
  });

  it.each<[string, readonly TarItem[], string]>([
    ['a file outside', [fileItem('/etc/passwd', 'x', FACTS)], 'its folder'],
    ['a file of another layer', [fileItem('/layers/samples_nodejs/other/x', 'x', FACTS)], 'its folder'],
    ['a file beside the layer', [fileItem('/layers/samples_nodejs/other', 'x', FACTS)], 'its folder'],
    ['a folder that the name begins with', [fileItem(`${ROOT}x/y`, 'x', FACTS)], 'its folder'],
    ['a step up', [file('../x')], 'its folder'],
    ['a step up at the end', [folder('..')], 'no plain one'],
    ['a step nowhere', [folder('.')], 'no plain one'],
    ['a file in a folder that is not there', [file('a/b')], 'its folder'],
    ['a file through a link', [link('a', '/etc'), file('a/passwd')], 'its folder'],
    ['a file through a file', [file('a'), file('a/b')], 'its folder'],
    ['a folder over a link', [link('a', '/etc'), folder('a'), file('a/passwd')], 'comes twice'],
    ['a file over a link', [link('a', '/etc/passwd'), file('a')], 'comes twice'],
    ['a folder again later', [folder('a'), file('b'), file('a/c')], 'its folder'],
    ['another order', [file('b'), file('a')], 'out of order'],
    ['an empty name', [file('a//b')], 'its folder'],
    ['a hard link', [file('a'), hardlinkItem(`${ROOT}/b`, `${ROOT}/a`, FACTS)], 'it is a hardlink'],
    ['a pipe', [device('fifo')], 'it is a fifo'],
    ['a device', [device('character-device')], 'it is a character-device'],
    ['a file of root', [file('a', { ...FACTS, uid: 0 })], 'belongs to 0:1000'],
    ['a file of another group', [file('a', { ...FACTS, gid: 0 })], 'belongs to 1001:0'],
    ['a set-uid file', [file('a', { ...FACTS, mode: 0o4755 })], 'run as its owner'],
    ['a set-gid file', [file('a', { ...FACTS, mode: 0o2755 })], 'run as its owner'],
    [
      'a capability',
      [file('a', { ...FACTS, extended: new Map([['SCHILY.xattr.security.capability', Buffer.from('x')]]) })],
      'extended attributes',
    ],
    ['a path that is too long', [file('x'.repeat(5000))], 'no plain one'],
  ])('are refused behind the folder: %s', async (_, items, why) => {
    await expect(scan([...LEADING, ...items])).rejects.toThrow(why);
  });

  it('are refused when they are cut off', async () => {
    const layer = new LayerScan(RULE);
    for await (const piece of writeTar([...LEADING, file('a')])) layer.feed(piece.subarray(0, 4 * 512));
    expect(() => {
      layer.finish();
    }).toThrow('truncated');
  });
});

/** What no writer writes: each member by hand, behind the folders that must come first. */
describe('tars that hide what they hold', () => {
  const GNU = 'ustar  \0';
  const long = (type: 'L' | 'K', text: string) => rawMember({ type, magic: GNU, content: `${text}\0` });
  const pax = (...records: readonly [string, string][]) =>
    rawMember({ type: 'x', content: records.map(([key, value]) => paxRecord(key, value)).join('') });
  const plain = (changes: Parameters<typeof rawMember>[0] = {}) => rawMember({ name: `${ROOT}/a`, ...changes });

  async function scanRaw(...members: readonly Buffer[]): Promise<void> {
    const leading = (await tarOf(LEADING)).subarray(0, LEADING.length * 512);
    const layer = new LayerScan({ ...RULE, uid: 0, gid: 0 });
    for (const part of [leading, rawTar(...members)]) layer.feed(part);
    layer.finish();
  }

  it('pass when they hold what they may', async () => {
    await expect(scanRaw(plain(), pax(['path', `${ROOT}/b`]), plain())).resolves.toBeUndefined();
    await expect(scanRaw(long('L', `${ROOT}/b`), plain({ magic: GNU }))).resolves.toBeUndefined();
  });

  it.each<[string, readonly Buffer[], string]>([
    ['a PAX path', [pax(['path', '/etc/passwd']), plain()], 'its folder'],
    ['a PAX path with a step up', [pax(['path', `${ROOT}/../x`]), plain()], 'its folder'],
    ['a PAX owner', [pax(['uid', '7']), plain()], 'belongs to 7:0'],
    ['a PAX header twice', [pax(['uid', '7']), pax(['uid', '0']), plain()], 'two PAX headers'],
    ['a PAX record twice', [pax(['path', `${ROOT}/b`], ['path', '/etc/passwd']), plain()], 'twice'],
    ['a PAX header for all', [rawMember({ type: 'g', content: paxRecord('path', '/etc/x') }), plain()], 'global'],
    [
      'a PAX path and a GNU name',
      [pax(['path', `${ROOT}/b`]), long('L', '/etc/x'), plain({ magic: GNU })],
      'and a GNU',
    ],
    ['a GNU name', [long('L', '/etc/passwd'), plain({ magic: GNU })], 'its folder'],
    ['a GNU name with a NUL byte', [long('L', `${ROOT}/b\0/../../x`), plain({ magic: GNU })], 'NUL'],
    ['a prefix', [rawMember({ prefix: '/etc', name: 'passwd' })], 'its folder'],
    ['a capability', [pax(['SCHILY.xattr.security.capability', 'x']), plain()], 'extended attributes'],
    ["a capability in libarchive's words", [pax(['LIBARCHIVE.xattr.security.capability', 'x']), plain()], 'extended'],
    ['an access list', [pax(['SCHILY.acl.access', 'user::rwx']), plain()], 'extended attributes'],
    ['a sparse file', [pax(['GNU.sparse.major', '1'], ['GNU.sparse.name', '/etc/x']), plain()], 'sparse'],
    ['a sparse file of old', [plain({ type: 'S', magic: GNU })], 'has the type'],
    ['a type that readers differ on', [plain({ type: '7' })], 'has the type'],
    ['a file that is longer than the tar', [plain({ size: '00000003000' })], 'truncated'],
    ['a PAX size that swallows the end', [pax(['size', '1500']), plain()], 'truncated'],
    ['a link with content', [plain({ type: '2', linkName: 'x', content: 'x'.repeat(512) })], 'with content'],
    ['a negative size', [plain({ size: `\xff${'\xff'.repeat(11)}` })], 'negative'],
    ['a second tar behind its end', [plain(), Buffer.alloc(1024), rawMember({ name: '/etc/x' })], 'follows its end'],
    ['a member behind half an end', [plain(), Buffer.alloc(512), rawMember({ name: '/etc/x' })], 'end mark'],
  ])('are refused: %s', async (_, members, why) => {
    await expect(scanRaw(...members)).rejects.toThrow(why);
  });
});
