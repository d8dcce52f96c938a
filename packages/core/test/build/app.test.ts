import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyApp, placeApp } from '../../src/build/prepare/app.ts';
import { type Log, SILENT_LOG } from '../../src/ports/index.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'app-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function copied(
  source: string,
  options: { readonly includes?: (relative: string) => boolean; readonly log?: Log } = {},
): Promise<string> {
  const target = path.join(await temporaryDirectory(), 'workspace');
  await copyApp({ source, target, includes: options.includes ?? (() => true), log: options.log ?? SILENT_LOG });
  return target;
}

const modeOf = async (file: string) => (await lstat(file)).mode & 0o7777;

describe('modes', () => {
  const table = [
    { given: 0o666, becomes: 0o644 },
    { given: 0o640, becomes: 0o644 },
    { given: 0o777, becomes: 0o755 },
    { given: 0o744, becomes: 0o755 },
    { given: 0o4755, becomes: 0o755 },
    { given: 0o600, becomes: 0o600 },
    { given: 0o700, becomes: 0o700 },
    { given: 0o400, becomes: 0o600 },
  ];
  it.each(table)('$given becomes $becomes', async ({ given, becomes }) => {
    const app = await temporaryDirectory();
    await writeFile(path.join(app, 'file'), 'x');
    await chmod(path.join(app, 'file'), given);
    expect(await modeOf(path.join(await copied(app), 'file'))).toBe(becomes);
  });

  it('are the same for checkouts under umask 0 and 022', async () => {
    const apps = await Promise.all(
      [0o777, 0o755].map(async (mode) => {
        const app = await temporaryDirectory();
        await mkdir(path.join(app, 'folder'));
        await chmod(path.join(app, 'folder'), mode);
        return copied(app);
      }),
    );
    const modes = await Promise.all(apps.map((app) => modeOf(path.join(app, 'folder'))));
    expect(modes).toEqual([0o755, 0o755]);
  });

  it('the root is open to the CNB user whoever it is', async () => {
    expect(await modeOf(await copied(await temporaryDirectory()))).toBe(0o777);
  });
});

describe('links', () => {
  it.each(['inside', '../outside', '/etc/passwd', 'gone'])('a symbolic link to %s is kept as it is', async (target) => {
    const app = await temporaryDirectory();
    await symlink(target, path.join(app, 'link'));
    expect(await readlink(path.join(await copied(app), 'link'))).toBe(target);
  });

  it('a link to a directory outside is not followed', async () => {
    const outside = await temporaryDirectory();
    await writeFile(path.join(outside, 'secret'), 'x');
    const app = await temporaryDirectory();
    await symlink(outside, path.join(app, 'link'));
    expect((await lstat(path.join(await copied(app), 'link'))).isSymbolicLink()).toBe(true);
  });

  it('hard links become files of their own', async () => {
    const app = await temporaryDirectory();
    await writeFile(path.join(app, 'a'), 'x');
    await link(path.join(app, 'a'), path.join(app, 'b'));
    const target = await copied(app);
    expect((await lstat(path.join(target, 'b'))).nlink).toBe(1);
  });
});

it('leaves a socket out with a warning that names it', async () => {
  const app = await temporaryDirectory();
  const server = createServer().listen(path.join(app, 'socket'));
  onTestFinished(() => void server.close());
  const warnings: string[] = [];
  const target = await copied(app, { log: { ...SILENT_LOG, warn: (message) => warnings.push(message) } });
  expect({ names: await readdir(target), warnings }).toEqual({
    names: [],
    warnings: ['"socket" is left out of the app: it is a socket, a device or a FIFO'],
  });
});

it('keeps names with newlines, quotes and leading dashes', async () => {
  const names = ['-rf', 'a\nb', `it's "quoted"`, '$(id)', 'ünï'];
  const app = await temporaryDirectory();
  for (const name of names) await writeFile(path.join(app, name), name);
  expect((await readdir(await copied(app))).sort()).toEqual([...names].sort());
});

it('keeps the time of a file', async () => {
  const app = await temporaryDirectory();
  await writeFile(path.join(app, 'file'), 'x');
  await utimes(path.join(app, 'file'), 1_000_000, 1_000_000);
  expect((await lstat(path.join(await copied(app), 'file'))).mtimeMs).toBe(1_000_000_000);
});

it('keeps an included file of a directory that is left out itself', async () => {
  const app = await temporaryDirectory();
  await mkdir(path.join(app, 'folder'));
  await writeFile(path.join(app, 'folder', 'wanted'), 'x');
  await writeFile(path.join(app, 'folder', 'unwanted'), 'x');
  const target = await copied(app, { includes: (relative) => relative === path.join('folder', 'wanted') });
  expect(await readdir(path.join(target, 'folder'))).toEqual(['wanted']);
});

describe('the .git directory', () => {
  async function placed(gitDirectory: boolean): Promise<readonly string[]> {
    const app = await temporaryDirectory();
    for (const repository of ['.git', 'vendored/.git']) {
      await mkdir(path.join(app, repository), { recursive: true });
      await writeFile(
        path.join(app, repository, 'config'),
        '[remote "origin"]\n\turl = https://ann:secret@code.invalid/\n',
      );
    }
    const target = path.join(await temporaryDirectory(), 'workspace');
    const request = { app: { kind: 'directory', path: app }, gitDirectory } as const;
    await placeApp({ request, target, includes: () => true, log: SILENT_LOG });
    const files = await readdir(target, { recursive: true, withFileTypes: true });
    return files
      .filter((file) => file.isFile())
      .map((file) => path.relative(target, path.join(file.parentPath, file.name)));
  }

  it('is left out with all that is in it, at any depth', async () => {
    expect(await placed(false)).toEqual([]);
  });

  it('is kept when asked for', async () => {
    expect((await placed(true)).toSorted()).toEqual(['.git/config', 'vendored/.git/config']);
  });
});

it('never writes to the app', async () => {
  const app = await temporaryDirectory();
  await writeFile(path.join(app, 'file'), 'x', { mode: 0o666 });
  await chmod(path.join(app, 'file'), 0o666);
  await copied(app);
  expect({ mode: await modeOf(path.join(app, 'file')), text: await readFile(path.join(app, 'file'), 'utf8') }).toEqual({
    mode: 0o666,
    text: 'x',
  });
});

it.each([true, false])('has none of what we keep beside it, with git-directory: %s', async (gitDirectory) => {
  const source = await temporaryDirectory();
  await mkdir(path.join(source, '.buildpacks-ci/cache'), { recursive: true });
  await writeFile(path.join(source, '.buildpacks-ci/cache/index'), 'x');
  await writeFile(path.join(source, 'app.js'), 'x');
  const target = path.join(await temporaryDirectory(), 'workspace');
  const app = { kind: 'directory', path: source } as const;
  await placeApp({ request: { app, gitDirectory }, target, includes: () => true, log: SILENT_LOG });
  expect(await readdir(target)).toEqual(['app.js']);
});
