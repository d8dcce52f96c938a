import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleNodejsBuildpack } from '../../bench/nodejs-buildpack.ts';
import { build, readToml, stage } from './buildpack-run.ts';

let directory: string;
let buildpack: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'nodejs-buildpack-'));
  buildpack = path.join(directory, 'nodejs');
  await assembleNodejsBuildpack(buildpack);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the web process', () => {
  test.for([
    ['node server.js', ['node', 'server.js']],
    [
      'node  --enable-source-maps --title=x dist/main.js',
      ['node', '--enable-source-maps', '--title=x', 'dist/main.js'],
    ],
    ['NODE_ENV=test node server.js', ['sh', '-c', 'NODE_ENV=test node server.js']],
    ['node server.js && echo "done\\t$HOME"', ['sh', '-c', 'node server.js && echo "done\\t$HOME"']],
    ["node -e '1 < 2'", ['sh', '-c', "node -e '1 < 2'"]],
    ['echo \x7f€', ['sh', '-c', 'echo \x7f€']],
  ] as const)('of the start script %j', async ([start, command]) => {
    const at = await stage({ 'package.json': JSON.stringify({ scripts: { start } }) });
    expect(await build(buildpack, at)).toMatchObject({ status: 0 });
    expect(await readToml(at, 'launch.toml')).toEqual({ processes: [{ type: 'web', command, default: true }] });
  });

  test('is server.js without a start script', async () => {
    const at = await stage({ 'package.json': '{}', 'server.js': '' });
    await build(buildpack, at);
    expect(await readToml(at, 'launch.toml')).toMatchObject({ processes: [{ command: ['node', 'server.js'] }] });
  });

  test('is left to other buildpacks when there is neither', async () => {
    const at = await stage({ 'package.json': '{}' });
    expect(await build(buildpack, at)).toMatchObject({ status: 0 });
    expect(await readToml(at, 'launch.toml')).toEqual({});
  });
});

describe('refuses', () => {
  const lock = (packages: object, lockfileVersion = 3): string => JSON.stringify({ lockfileVersion, packages });
  const manifest = '{"dependencies":{"a":"1"}}';

  test.for([
    ['dependencies without a lock file', { 'package.json': manifest }, 'wants a, but there is no package-lock.json'],
    [
      'an old lock file',
      { 'package.json': manifest, 'package-lock.json': '{"lockfileVersion":1}' },
      'lockfileVersion 1',
    ],
    ['a broken package.json', { 'package.json': '{' }, 'package.json: '],
    [
      'a workspace',
      { 'package.json': manifest, 'package-lock.json': lock({ 'node_modules/a': { link: true, resolved: 'a' } }) },
      'linked directories are not supported: node_modules/a',
    ],
    [
      'a tarball that is not there',
      { 'package.json': manifest, 'package-lock.json': lock({ 'node_modules/a': { resolved: 'file:a.tgz' } }) },
      'names a.tgz, which is not in the app',
    ],
    [
      'a tarball outside of the app',
      {
        'package.json': manifest,
        'package-lock.json': lock({ 'node_modules/a': { resolved: 'file:../a.tgz' } }),
        '../a.tgz': '',
      },
      'names ../a.tgz, which is outside of the app',
    ],
  ] as const)('%s', async ([, files, message]) => {
    const ended = await build(buildpack, await stage(files));
    expect(ended.status).toBe(1);
    expect(ended.output.toString()).toContain(message);
  });

  test('a link to a tarball outside of the app', async () => {
    const at = await stage({
      'package.json': manifest,
      'package-lock.json': lock({ 'node_modules/a': { resolved: 'file:a.tgz' } }),
      '../a.tgz': '',
    });
    await symlink('../a.tgz', path.join(at.app, 'a.tgz'));
    expect((await build(buildpack, at)).output.toString()).toContain('names a.tgz, which is outside of the app');
  });
});
