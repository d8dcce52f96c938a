import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { access, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { assembleNodejsBuildpack } from '../../bench/nodejs-buildpack.ts';
import {
  SAMPLE_APPS,
  build,
  detect,
  readToml,
  stage,
  temporaryDirectory,
  writeFiles,
  type Stage,
} from './buildpack-run.ts';

const SAMPLE_APP = path.join(SAMPLE_APPS, 'nodejs');

let directory: string;
let buildpack: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'nodejs-buildpack-'));
  buildpack = path.join(directory, 'nodejs');
  await assembleNodejsBuildpack(buildpack);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test('is the same each time that it is assembled', async () => {
  const again = path.join(await temporaryDirectory(), 'nodejs');
  await assembleNodejsBuildpack(again);
  expect(await listing(again)).toEqual(await listing(buildpack));
});

describe('detect', () => {
  test('takes part in an app with a package.json, and provides node', async () => {
    expect(await detect(buildpack, await stage(SAMPLE_APP))).toMatchObject({
      status: 0,
      plan: { provides: [{ name: 'node' }], requires: [{ name: 'node' }] },
    });
  });

  test('takes no part in another app', async () => {
    expect(await detect(buildpack, await stage({ 'index.html': '' }))).toMatchObject({ status: 100, plan: {} });
  });
});

describe('the sample app', () => {
  test('answers once it is built', async () => {
    const at = await stage(SAMPLE_APP);
    expect(await build(buildpack, at)).toMatchObject({ status: 0 });
    const origin = await startWeb(at);
    expect(await (await fetch(origin)).text()).toMatch(/^Hello from Cloud Native Buildpacks, on Node\.js v24/);
  });

  test('has its layers', async () => {
    const at = await stage(SAMPLE_APP);
    await build(buildpack, at);
    expect({
      node: await readToml(at, 'node.toml'),
      modules: await readToml(at, 'modules.toml'),
      cache: await readToml(at, 'npm-cache.toml'),
    }).toMatchObject({
      node: { types: { launch: true, build: true, cache: true } },
      modules: { types: { launch: true } },
      cache: { types: { cache: true } },
    });
    expect(await readdir(path.join(at.layers, 'modules'))).toEqual(['env.launch', 'node_modules']);
  });

  test('lists its modules in a CycloneDX document, with the hash of the lock file', async () => {
    const at = await stage(SAMPLE_APP);
    await build(buildpack, at);
    const { packages } = JSON.parse(await readFile(path.join(SAMPLE_APP, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { integrity: string }>;
    };
    const integrity = packages['node_modules/ms']?.integrity.slice('sha512-'.length) ?? '';
    expect(await readJson(at, 'modules.sbom.cdx.json')).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      components: [
        {
          type: 'library',
          name: 'ms',
          version: '2.1.3',
          purl: 'pkg:npm/ms@2.1.3',
          licenses: [{ expression: 'MIT' }],
          hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity, 'base64').toString('hex') }],
        },
      ],
      dependencies: [{ dependsOn: ['pkg:npm/ms@2.1.3'] }, { ref: 'pkg:npm/ms@2.1.3', dependsOn: [] }],
    });
  });

  test('gives the same layers and documents when it is built twice', async () => {
    const [first, second] = [await stage(SAMPLE_APP), await stage(SAMPLE_APP)];
    await build(buildpack, first);
    await build(buildpack, second);
    for (const { layers } of [first, second]) {
      await rm(path.join(layers, 'npm-cache'), { recursive: true });
      // It names the layers directory, which only here is another one.
      await rm(path.join(layers, 'modules/env.launch/PATH.prepend'));
    }
    expect(await listing(second.layers)).toEqual(await listing(first.layers));
  });
});

describe('a rebuild', () => {
  test('keeps the modules by their metadata alone when the lock file is the same', async () => {
    const at = await rebuiltStage({ 'server.js': '// another line\n' });
    await rm(path.join(at.layers, 'modules'), { recursive: true });
    expect(await build(buildpack, at)).toMatchObject({ status: 0 });
    expect(await readToml(at, 'modules.toml')).toMatchObject({ types: { launch: true } });
    await expect(access(path.join(at.layers, 'modules'))).rejects.toThrow('ENOENT');
  });

  test('documents the modules that it kept', async () => {
    const at = await rebuiltStage({});
    await rm(path.join(at.layers, 'modules'), { recursive: true });
    await rm(path.join(at.layers, 'modules.sbom.cdx.json'));
    await build(buildpack, at);
    expect(await readJson(at, 'modules.sbom.cdx.json')).toMatchObject({ components: [{ name: 'ms' }] });
  });

  test.for([
    ['a setting of npm', { '.npmrc': 'fund=false\n' }],
    ['a version in package.json', { 'package.json': changedPackage({ version: '1.0.1' }) }],
  ] as const)('installs the modules again after a change of %s', async ([, files]) => {
    const at = await rebuiltStage(files);
    await rm(path.join(at.layers, 'modules'), { recursive: true });
    await build(buildpack, at);
    await access(path.join(at.layers, 'modules/node_modules/ms/index.js'));
  });

  test('keeps them after a change of the start script', async () => {
    const at = await rebuiltStage({ 'package.json': changedPackage({ scripts: { start: 'node other.js' } }) });
    await rm(path.join(at.layers, 'modules'), { recursive: true });
    await build(buildpack, at);
    await expect(access(path.join(at.layers, 'modules'))).rejects.toThrow('ENOENT');
    expect(await readToml(at, 'launch.toml')).toMatchObject({ processes: [{ command: ['node', 'other.js'] }] });
  });

  test('installs Node.js again when its metadata came back without contents', async () => {
    const at = await rebuiltStage({});
    await rm(path.join(at.layers, 'node'), { recursive: true });
    expect(await build(buildpack, at)).toMatchObject({ status: 0 });
    await access(path.join(at.layers, 'node/bin/node'));
  });
});

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

/** A built sample app after a change, with the layers as the lifecycle restores them: metadata without types. */
async function rebuiltStage(files: Readonly<Record<string, string>>): Promise<Stage> {
  const at = await stage(SAMPLE_APP);
  await build(buildpack, at);
  await rm(path.join(at.app, 'node_modules'));
  await writeFiles(at.app, files);
  for (const name of ['node', 'modules', 'npm-cache']) {
    const { metadata } = (await readToml(at, `${name}.toml`)) as { metadata: { key: string } };
    await writeFile(path.join(at.layers, `${name}.toml`), `[metadata]\n  key = "${metadata.key}"\n`);
  }
  return at;
}

function changedPackage(change: object): string {
  const manifest = JSON.parse(readFileSync(path.join(SAMPLE_APP, 'package.json'), 'utf8')) as object;
  return JSON.stringify({ ...manifest, ...change });
}

/** Starts the `web` process with the Node.js of its layer alone, and gives its origin. */
async function startWeb(at: Stage): Promise<string> {
  const { processes } = (await readToml(at, 'launch.toml')) as { processes: [{ command: [string, ...string[]] }] };
  const [program, ...args] = processes[0].command;
  const web = spawn(path.join(at.layers, 'node/bin', program), args, { cwd: at.app, env: { PORT: '0' } });
  onTestFinished(() => void web.kill('SIGKILL'));
  for await (const line of createInterface(web.stdout)) {
    const port = /^listening on port (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}/`;
  }
  throw new Error('the app ended before it listened');
}

async function readJson(at: Stage, name: string): Promise<unknown> {
  return JSON.parse(await readFile(path.join(at.layers, name), 'utf8'));
}

/** Mode and hash of each file below a directory, by path. */
async function listing(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const hash = createHash('sha256').update(await readFile(file));
    found[path.relative(root, file)] = `${((await stat(file)).mode & 0o7777).toString(8)} ${hash.digest('hex')}`;
  }
  return found;
}
