import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isZip, unpackZip, type UnzipOptions } from '../../src/archive/index.ts';
import { listing, temporaryDirectory } from './support.ts';
import { zipFile, type ZipMember } from './zip-file.ts';

const LINK = 0o120777;

function written(bytes: Uint8Array | string): string {
  const file = path.join(temporaryDirectory(), 'app.zip');
  writeFileSync(file, bytes);
  return file;
}

/** Unpacks into a directory with a file beside it, and lists both. */
async function unzip(members: readonly ZipMember[], options?: UnzipOptions): Promise<readonly string[]> {
  const outer = temporaryDirectory();
  mkdirSync(path.join(outer, 'root'));
  writeFileSync(path.join(outer, 'canary'), 'untouched', { mode: 0o644 });
  try {
    await unpackZip(written(zipFile(members)), path.join(outer, 'root'), options);
  } finally {
    expect(listing(outer).filter((line) => !line.startsWith('root'))).toEqual(['canary 644 untouched']);
  }
  return listing(path.join(outer, 'root'));
}

describe('isZip', () => {
  const zip = zipFile([{ name: 'a' }]);

  it.each<[string, Uint8Array | string, boolean]>([
    ['a zip', zip, true],
    ['a zip without members', zipFile([]), true],
    ['a jar with a start script', Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), zip]), true],
    ['a text that mentions the signature', 'PK\x05\x06 is how it ends, and this text is long enough', false],
    ['a tar', Buffer.alloc(1024), false],
    ['an empty file', '', false],
    ['two bytes', 'PK', false],
  ])('knows %s', (_case, bytes, expected) => {
    expect(isZip(written(bytes))).toBe(expected);
  });
});

describe('unpackZip', () => {
  it('unpacks a jar with a start script in front', async () => {
    const zip = zipFile([{ name: 'empty' }, { name: 'Main.class', content: 'code' }]);
    const directory = temporaryDirectory();
    await unpackZip(written(Buffer.concat([Buffer.from('#!/bin/sh\n'), zip])), directory);
    expect(listing(directory)).toEqual(['Main.class 777 code', 'empty 777 ']);
  });

  it('takes modes and links from Unix attributes', async () => {
    const members = [
      { name: 'bin/', unixMode: 0o040750 },
      { name: 'bin/run', content: 'exec', unixMode: 0o100755 },
      { name: 'secret', content: 's', unixMode: 0o100600 },
      { name: 'bin/link', content: '../secret', unixMode: LINK },
    ];

    expect(await unzip(members)).toEqual(['bin/ 750', 'bin/link -> ../secret', 'bin/run 755 exec', 'secret 600 s']);
  });

  it('gives files without such attributes the mode that pack gives them', async () => {
    expect(await unzip([{ name: 'META-INF/' }, { name: 'META-INF/MANIFEST.MF', content: 'x' }])).toEqual([
      'META-INF/ 777',
      'META-INF/MANIFEST.MF 777 x',
    ]);
  });

  it('makes folders that are not listed', async () => {
    expect(await unzip([{ name: 'a/b/c', unixMode: 0o100644 }])).toEqual(['a/ 755', 'a/b/ 755', 'a/b/c 644 ']);
  });

  it('drops set-id bits', async () => {
    expect(await unzip([{ name: 'a', unixMode: 0o106755 }])).toEqual(['a 755 ']);
  });

  it('reads times as UTC', async () => {
    const root = temporaryDirectory();
    await unpackZip(written(zipFile([{ name: 'a' }])), root);

    expect(statSync(path.join(root, 'a')).mtime.toISOString()).toBe('2001-02-03T04:05:06.000Z');
  });

  it.each<[string, readonly ZipMember[]]>([
    ['a name with ..', [{ name: '../canary', content: 'evil' }]],
    ['.. in the middle of a name', [{ name: 'a/../../canary', content: 'evil' }]],
    ['an absolute name', [{ name: '/tmp/canary', content: 'evil' }]],
    ['a name with a drive', [{ name: 'c:canary', content: 'evil' }]],
    ['a name with backslashes', [{ name: '..\\canary', content: 'evil' }]],
    ['a link to an absolute path', [{ name: 'l', content: '/etc/passwd', unixMode: LINK }]],
    ['a link that leads outside', [{ name: 'a/l', content: '../../canary', unixMode: LINK }]],
    ['a link to nothing', [{ name: 'l', content: '', unixMode: LINK }]],
    ['a device', [{ name: 'null', unixMode: 0o020666 }]],
    ['a pipe', [{ name: 'pipe', unixMode: 0o010666 }]],
  ])('refuses %s', async (_case, members) => {
    await expect(unzip(members)).rejects.toMatchObject({ code: 'input' });
  });

  it('keeps inside what goes through a chain of links', async () => {
    const members = [
      { name: 'p/q/up', content: '../..', unixMode: LINK },
      { name: 'out', content: 'p/q/up/..', unixMode: LINK },
      { name: 'out/canary', content: 'evil' },
    ];

    expect(await unzip(members)).toContain('canary 777 evil');
  });

  it.each([
    ['a file that is no zip', 'text'],
    ['a zip that is cut', zipFile([{ name: 'a', content: 'x'.repeat(100) }]).subarray(0, -30)],
  ])('refuses %s and quotes its name', async (_case, bytes) => {
    const file = written(bytes);

    await expect(unpackZip(file, temporaryDirectory())).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining(`"${file}"`) as string,
    });
  });

  it('refuses content that does not match its checksum or size', async () => {
    const bytes = zipFile([{ name: 'a', content: 'x'.repeat(1000) }]);
    const sizeInDirectory = bytes.lastIndexOf('PK\x01\x02') + 24;
    bytes.writeUInt32LE(10, sizeInDirectory);

    await expect(unpackZip(written(bytes), temporaryDirectory())).rejects.toMatchObject({ code: 'input' });
  });

  it('refuses more than the limits', async () => {
    const members = [{ name: 'zeros', content: '\0'.repeat(100_000) }];

    await expect(unzip(members, { limits: { entries: 5, bytes: 1000 } })).rejects.toMatchObject({ code: 'input' });
  });
});
