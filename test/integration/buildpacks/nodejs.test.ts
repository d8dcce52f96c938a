import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { access, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { assembleNodejsBuildpack } from '../../bench/nodejs-buildpack.ts';
import {
  SAMPLE_APPS,
  build,
  detect,
  hashOf,
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

test('documents what the lock file installs here, each version once, and who needs it', async () => {
  const at = await stage({ 'package.json': '{"name":"app","version":"1.0.0"}' });
  const packages = {
    '': { name: 'app', dependencies: { a: '1', '@scope/b': '1', other: '1' }, devDependencies: { tool: '1' } },
    'node_modules/a': { version: '1.0.0', dependencies: { c: '2' }, license: 'SEE LICENSE IN x' },
    'node_modules/a/node_modules/c': { version: '2.0.0+build' },
    'node_modules/@scope/b': { version: '1.0.0', dependencies: { c: '1' }, license: '(MIT OR Apache-2.0)' },
    'node_modules/c': { version: '1.0.0', integrity: 'sha1-AAAA sha512-//8=' },
    'node_modules/alias': { name: 'a', version: '1.0.0', license: 'SEE LICENSE IN x' },
    'node_modules/other': { version: '1.0.0', os: ['win32'] },
    'node_modules/tool': { version: '1.0.0', dev: true },
  };
  await writeFiles(at.app, { 'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }) });
  await writeFiles(at.layers, { 'modules.toml': '' });
  await promisify(execFile)(process.execPath, [path.join(buildpack, 'lib/sbom.mjs'), at.app, at.layers]);

  const component = (name: string, version: string, more = {}): object => ({
    type: 'library',
    'bom-ref': `pkg:npm/${name}@${encodeURIComponent(version)}`,
    name,
    version,
    purl: `pkg:npm/${name}@${encodeURIComponent(version)}`,
    ...more,
  });
  const scoped = 'pkg:npm/%40scope/b@1.0.0';
  expect(await readJson(at, 'modules.sbom.cdx.json')).toEqual({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': 'app:app', name: 'app', version: '1.0.0' } },
    components: [
      component('a', '1.0.0', { licenses: [{ license: { name: 'SEE LICENSE IN x' } }] }),
      component('c', '2.0.0+build'),
      component('b', '1.0.0', {
        'bom-ref': scoped,
        purl: scoped,
        group: '@scope',
        licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      }),
      component('c', '1.0.0', {
        hashes: [
          { alg: 'SHA-1', content: '000000' },
          { alg: 'SHA-512', content: 'ffff' },
        ],
      }),
    ],
    dependencies: [
      { ref: 'app:app', dependsOn: [scoped, 'pkg:npm/a@1.0.0'] },
      { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/c@2.0.0%2Bbuild'] },
      { ref: 'pkg:npm/c@2.0.0%2Bbuild', dependsOn: [] },
      { ref: scoped, dependsOn: ['pkg:npm/c@1.0.0'] },
      { ref: 'pkg:npm/c@1.0.0', dependsOn: [] },
    ],
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
    found[path.relative(root, file)] = `${((await stat(file)).mode & 0o7777).toString(8)} ${await hashOf(file)}`;
  }
  return found;
}
