import { appendFileSync, chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { treeItems, type TreeOptions, writeTar } from '../../src/archive/index.ts';
import { buffer } from 'node:stream/consumers';
import { membersOf, temporaryDirectory } from './support.ts';

function tree(): string {
  const root = temporaryDirectory();
  mkdirSync(path.join(root, 'b'));
  writeFileSync(path.join(root, 'b/file'), 'content');
  writeFileSync(path.join(root, 'B'), '');
  writeFileSync(path.join(root, 'a-b'), '');
  chmodSync(path.join(root, 'b/file'), 0o751);
  symlinkSync('/etc', path.join(root, 'link'));
  linkSync(path.join(root, 'b/file'), path.join(root, 'b/hard'));
  return root;
}

async function namesOf(root: string, options?: TreeOptions): Promise<readonly string[]> {
  return (await membersOf(await buffer(writeTar(treeItems(root, options))))).map(({ entry }) => entry.path);
}

describe('treeItems', () => {
  it('gives each directory before its contents, by the bytes of the names', async () => {
    expect(await namesOf(tree())).toEqual(['.', 'B', 'a-b', 'b', 'b/file', 'b/hard', 'link']);
  });

  it('puts a prefix before all names', async () => {
    expect(await namesOf(tree(), { prefix: 'workspace' })).toContain('workspace/b/file');
  });

  it('keeps modes and links, makes files of hard links, and gives all to one owner at one time', async () => {
    const members = await membersOf(await buffer(writeTar(treeItems(tree(), { uid: 5, gid: 6, mtime: 7 }))));
    const facts = { uid: 5, gid: 6, mtime: 7 };

    expect(members.filter(({ entry }) => /[bl]\/.|link/.test(entry.path))).toMatchObject([
      { entry: { ...facts, path: 'b/file', type: 'file', mode: 0o751 }, content: 'content' },
      { entry: { ...facts, path: 'b/hard', type: 'file', mode: 0o751 }, content: 'content' },
      { entry: { ...facts, path: 'link', type: 'symlink', linkPath: '/etc' } },
    ]);
  });

  it('gives a single file', async () => {
    expect(await namesOf(path.join(tree(), 'b/file'), { prefix: 'bin/run' })).toEqual(['bin/run']);
  });

  it('leaves out sockets and says so', async () => {
    const root = tree();
    const socket = path.join(root, 'socket');
    const server = createServer().listen(socket);
    onTestFinished(() => void server.close());
    const skipped: string[] = [];
    const names = await namesOf(root, { onSkip: (file) => skipped.push(file) });

    expect(names).not.toContain('socket');
    expect(skipped).toEqual([socket]);
  });

  it('refuses a file that changes before it is read', async () => {
    const root = tree();
    const reading = async () => {
      for await (const { entry, content } of treeItems(root)) {
        if (entry.path === 'b/file') appendFileSync(path.join(root, 'b/file'), 'more');
        if (content && !(content instanceof Uint8Array)) await buffer(content);
      }
    };

    await expect(reading()).rejects.toMatchObject({ code: 'input' });
  });

  it('refuses names that are not UTF-8', async () => {
    const root = temporaryDirectory();
    writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.of(0xff)]), '');

    await expect(namesOf(root)).rejects.toMatchObject({ code: 'input' });
  });
});
