import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readGitHead } from '../../src/git/index.ts';
import { readReftable } from '../../src/git/reftable.ts';
import { makeTree } from '../inputs/support.ts';

/** Made by JGit of a repository with a branch, three tags and `origin/HEAD`. */
const FIRST = Buffer.from(
  'UkVGVAEAEAAAAAAAAAAAAQAAAAAAAAABcgABJgAjSEVBRAAPcmVmcy9oZWFkcy9tYWluAHlyZWZzL2hlYWRzL21haW4AeKUrS3JLBW0BZNZ4pdJ/ZnBg+nEAgENyZWZzL3JlbW90ZXMvb3JpZ2luL0hFQUQAGXJlZnMvcmVtb3Rlcy9vcmlnaW4vdHJ1bmsUKXRydW5rAHilK0tySwVtAWTWeKXSf2ZwYPpxAGlyZWZzL3RhZ3Mvb2xkAHilK0tySwVtAWTWeKXSf2ZwYPpxCjF2MS4wLjAAeKUrS3JLBW0BZNZ4pdJ/ZnBg+nEPCjEAaDPEjRZy8LZ6cTbaQHoS4p3buD94pStLcksFbQFk1nil0n9mcGD6cQAAHAAAMwAAWQAAqwAEUkVGVAEAEAAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAALa/94o=',
  'base64',
);
/** And after a tag was deleted and another branch checked out, which has no commit yet. */
const SECOND = Buffer.from(
  'UkVGVAEAEAAAAAAAAAAAAgAAAAAAAAADcgAASwAjSEVBRAEPcmVmcy9oZWFkcy9uZXh0AGhyZWZzL3RhZ3Mvb2xkAAAAHAAAMwACZwAAoHjaY8j0cHV0YfgPAX8qlmp7F3mz5jKmXKtYeqk+rSDhVyEDFsCYyJzokNR6vX1dOIjbYFiUmlasX5KYXqyfn5MCM+4vmcYxsDAweDIwAQCFwzIbUkVGVAEAEAAAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEsAAAAAAAAAAKu/Oic=',
  'base64',
);
const COMMIT = '78a52b4b724b056d0164d678a5d27f667060fa71';
const TAG = '6833c48d1672f0b67a7136da407a12e29ddbb83f';
const COMMITTED =
  'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor a <a@b> 1700000000 +0000\ncommitter a <a@b> 1700000000 +0000\n\none\n';

/** A directory whose repository has these tables, the oldest first. */
function checkout(tables: Readonly<Record<string, Buffer>>): string {
  const directory = makeTree({ '.git/HEAD': 'ref: refs/heads/.invalid\n' });
  const write = (name: string, content: string | Uint8Array) => {
    const file = path.join(directory, '.git', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const object = deflateSync(`commit ${COMMITTED.length}\0${COMMITTED}`);
  write(`objects/${COMMIT.slice(0, 2)}/${COMMIT.slice(2)}`, object);
  write(
    'reftable/tables.list',
    Object.keys(tables)
      .map((name) => `${name}\n`)
      .join(''),
  );
  for (const [name, content] of Object.entries(tables)) write(`reftable/${name}`, content);
  return directory;
}

describe('a repository that keeps its refs in tables', () => {
  test('is read', () => {
    expect(readGitHead(checkout({ '1.ref': FIRST }))).toEqual({
      commit: COMMIT,
      commitTime: 1_700_000_000,
      branch: 'main',
      defaultBranch: 'trunk',
      tags: ['old', 'v1.0.0', 'v1.0.1'],
    });
  });

  test('has what its newest table says', () => {
    const directory = checkout({ '1.ref': FIRST, '2.ref': SECOND });
    expect(readGitHead(directory)).toEqual({ unreadable: expect.stringContaining('nothing is committed') as string });
  });

  test('is not read without one of them', () => {
    const directory = checkout({ '1.ref': FIRST });
    writeFileSync(path.join(directory, '.git/reftable/tables.list'), '1.ref\n2.ref\n');
    expect(readGitHead(directory)).toEqual({ unreadable: expect.stringContaining('"2.ref" does not exist') as string });
  });
});

describe('a repository that somebody has made to tell what he may not see', () => {
  const SECRET = 'b5a2c4d6'.repeat(5);
  test.each(['reftable/tables.list', 'refs/heads/main'])('does not tell what %s leads to', (name) => {
    const directory = makeTree({ secret: `${SECRET}\n`, '.git/HEAD': 'ref: refs/heads/main\n' });
    const link = path.join(directory, '.git', name);
    mkdirSync(path.join(directory, '.git/objects'));
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(directory, 'secret'), link);
    const head = readGitHead(directory);
    expect(head).toHaveProperty('unreadable');
    expect(JSON.stringify(head)).not.toContain(SECRET);
  });
});

describe('a table', () => {
  test('has objects, what tags are about, and links', () => {
    expect(Object.fromEntries(readReftable(FIRST))).toMatchObject({
      HEAD: { kind: 'symbolic', target: 'refs/heads/main' },
      'refs/tags/v1.0.0': { kind: 'object', id: COMMIT, peeled: COMMIT },
      'refs/tags/v1.0.1': { kind: 'object', id: TAG, peeled: COMMIT },
    });
  });

  test('has what was deleted', () => {
    expect(Object.fromEntries(readReftable(SECOND))).toEqual({
      HEAD: { kind: 'symbolic', target: 'refs/heads/next' },
      'refs/tags/old': { kind: 'deleted' },
    });
  });

  test.each([
    ['padded to their size', 64],
    ['one right after the other', 0],
  ])('has blocks, %s', (_, size) => {
    const first = block([...headOf(size, 1)], 'first');
    const second = block([], 'second');
    const padding = Buffer.alloc(Math.max(0, size - first.length));
    const table = Buffer.concat([first, padding, second, Buffer.from('REFT')]);
    expect([...readReftable(table).keys()]).toEqual(['first', 'second']);
  });

  test('may have hashes of SHA-256', () => {
    const id = Buffer.alloc(32, 0xab);
    const table = block([...headOf(0, 2), ...Buffer.from('s256')], 'main', id);
    expect(readReftable(table).get('main')).toEqual({
      kind: 'object',
      id: id.toString('hex'),
      peeled: id.toString('hex'),
    });
  });

  test.each([
    ['no table', Buffer.from('GIF89a'.repeat(10)), 'another format'],
    ['of an unknown version', Buffer.from([...headOf(0, 3), ...Buffer.alloc(10)]), 'another format'],
    ['cut off', FIRST.subarray(0, 200), 'range'],
    ['a block without a length', Buffer.from([...headOf(0, 1), 0x72, 0, 0, 0, 0, 0]), 'without a length'],
    ['a name without an end', block([...headOf(0, 1)], 'x'.repeat(16_385)), 'without an end'],
    ['a value that is not known', block([...headOf(0, 1)], 'main', Buffer.alloc(20), 5), 'not known'],
  ])('is refused: %s', (_, bytes, message) => {
    expect(() => readReftable(bytes)).toThrow(message);
  });
});

function headOf(blockSize: number, version: number): Buffer {
  const head = Buffer.alloc(24);
  head.write('REFT');
  head.writeUIntBE(version, 4, 1);
  head.writeUIntBE(blockSize, 5, 3);
  return head;
}

/** A block with one ref, behind what the file begins with. */
function block(head: readonly number[], name: string, id: Buffer = Buffer.alloc(20), type = 1): Buffer {
  const record = [0, ...number(name.length * 8 + type), ...Buffer.from(name), 0, ...id];
  const restarts = [0, 0, head.length + 4, 0, 1];
  const length = head.length + 4 + record.length + restarts.length;
  return Buffer.from([...head, 'r'.charCodeAt(0), 0, length >> 8, length & 0xff, ...record, ...restarts]);
}

/** Seven bits a byte, the highest first, and one more for each byte that follows. */
function number(value: number): readonly number[] {
  const last = value & 0x7f;
  return value < 0x80 ? [last] : [...number((value >> 7) - 1).map((byte) => byte | 0x80), last];
}
