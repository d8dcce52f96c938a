import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import { leaksOf } from '../support/leaks.ts';
import { requiresEngine } from '../support/requires.ts';
import { cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

/** In every secret; the rest of it has to be encoded nearly everywhere. */
const CANARY = 'canary5d1f';
const PASSWORD = `${CANARY}/@:% "é+${CANARY}`;
const WRONG = `${CANARY}/wrong`;
const APP = ['--path', 'samples/apps/procfile', '--log-level', 'debug'];

let world: World;
beforeAll(async () => {
  const auth = { kind: 'token', users: { ann: { password: PASSWORD } } } as const;
  world = await startWorld({ buildpacks: ['procfile'], registry: { auth } });
});
afterAll(() => world.stop());

/** Credentials in files for all, in `registry-auth` for the image alone, and a helper that says what it was not asked for. */
async function withSecrets(password: string): Promise<Readonly<Record<string, string>>> {
  const { host } = world.registry;
  const home = await temporaryDirectory('home');
  const helper = path.join(home, 'bin/docker-credential-talkative');
  await mkdir(path.dirname(helper));
  await writeFile(helper, '#!/bin/sh\necho "not with $BUILDPACKS_CI_REGISTRY_AUTH"; exit 1\n', { mode: 0o755 });
  const auths = { [host]: { username: 'ann', password: PASSWORD } };
  await writeFile(path.join(home, 'config.json'), JSON.stringify({ auths, credHelpers: { [host]: 'talkative' } }));
  return {
    DOCKER_CONFIG: home,
    PATH: `${path.dirname(helper)}:${process.env['PATH'] ?? ''}`,
    BUILDPACKS_CI_REGISTRY_AUTH: `${host}/app=ann:${password}`,
    HTTP_PROXY: `http://bob:${encodeURIComponent(PASSWORD)}@127.0.0.1:9`,
    HTTPS_PROXY: `http://bob:${encodeURIComponent(PASSWORD)}@127.0.0.1:9`,
  };
}

/** Every file below a directory that holds the canary as it is or in base64. */
async function leakingFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const leaking = await Promise.all(
    files.map(async (file) => (leaksOf(await readFile(file, 'latin1'), CANARY).length > 0 ? [file] : [])),
  );
  return leaking.flat();
}

/** The forms in which a key may be in a text: as bytes, in hexadecimal, and in base64 at the place that it has in a key. */
function keyLeaks(text: string, secret: Buffer): readonly string[] {
  // The 16 bytes before it leave one byte for its first group of three.
  const base64 = Buffer.concat([Buffer.alloc(1), secret])
    .toString('base64')
    .slice(4, 40);
  return [secret.toString('latin1'), secret.toString('hex'), base64].filter((form) => text.includes(form));
}

requiresEngine('secrets', () => {
  it('are in no output, result, report or image of a build', async () => {
    const reports = await temporaryDirectory('reports');
    const args = [
      'build',
      world.image('app'),
      '--builder',
      world.builder,
      ...APP,
      '--report-directory',
      reports,
      '--json',
    ];
    const { status, stdout, stderr } = await cli(args, { environment: await withSecrets(PASSWORD) });
    expect({ status, leaks: leaksOf(stdout + stderr, CANARY) }).toEqual({ status: 0, leaks: [] });
    const { warnings } = JSON.parse(await readFile(path.join(reports, 'result.json'), 'utf8')) as {
      warnings: string[];
    };
    expect(warnings.join('\n')).toContain('/app=***');
    expect(await leakingFiles(reports)).toEqual([]);

    const directory = await temporaryDirectory('image');
    const reference = world.image('app');
    const { access } = world.registry;
    await crane(['pull', '--format=oci', reference, path.join(directory, 'layout')], reference, access);
    // There the layers are not compressed.
    await crane(['export', reference, path.join(directory, 'files.tar')], reference, access);
    expect(await leakingFiles(directory)).toEqual([]);
  });

  it('are in nothing that the stages of a build leave', async () => {
    const directory = path.join(await temporaryDirectory('stages'), 'build');
    const environment = await withSecrets(PASSWORD);
    const stage = ['--build-directory', directory, '--log-level', 'debug'];
    const first = ['prepare', world.image('app'), '--builder', world.builder, ...APP, ...stage.slice(0, 2)];
    for (const args of [
      [...first, '--allow-builder-tag'],
      ['run', ...stage],
      ['publish', ...stage],
    ]) {
      const { status, stdout, stderr } = await cli(args, { environment });
      expect({ status, leaks: leaksOf(stdout + stderr, CANARY) }).toEqual({ status: 0, leaks: [] });
      expect(await leakingFiles(directory)).toEqual([]);
    }
  });

  it('sign a layer cache and are in nothing that a build or a stage of it leaves', async () => {
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' });
    // The 32 bytes that are secret: the rest is the same for all keys.
    const secret = key.subarray(-32);
    const store = await temporaryDirectory('cache');
    const directory = path.join(await temporaryDirectory('stages'), 'build');
    const environment = { ...(await withSecrets(PASSWORD)), BUILDPACKS_CI_CACHE_SIGN_KEY: key.toString('base64') };
    const stage = ['--build-directory', directory, '--log-level', 'debug'];
    const named = [world.image('signed'), '--builder', world.builder, '--allow-builder-tag'];
    for (const args of [
      ['prepare', ...named, ...APP, ...stage.slice(0, 2), '--cache-store', `dir:${store}`],
      ['run', ...stage],
      ['publish', ...stage, '--json'],
    ]) {
      const { status, stdout, stderr } = await cli(args, { environment });
      expect({ status, leaks: keyLeaks(stdout + stderr, secret) }).toEqual({ status: 0, leaks: [] });
    }
    const [index = ''] = await readdir(path.join(store, 'indexes'));
    expect(await readFile(path.join(store, 'indexes', index), 'latin1')).toContain('"signature":"');
    for (const root of [directory, store]) {
      const files = await readdir(root, { recursive: true, withFileTypes: true });
      for (const file of files.filter((entry) => entry.isFile())) {
        const text = await readFile(path.join(file.parentPath, file.name), 'latin1');
        expect({ file: file.name, leaks: keyLeaks(text, secret) }).toEqual({ file: file.name, leaks: [] });
      }
    }
  });

  it('are in no output of a build that they fail', async () => {
    const reports = await temporaryDirectory('reports');
    const args = ['build', world.image('app'), '--builder', world.builder, ...APP, '--report-directory', reports];
    const { status, stdout, stderr } = await cli(args, { environment: await withSecrets(WRONG) });
    expect({ status, leaks: leaksOf(stdout + stderr, CANARY) }).toEqual({ status: 2, leaks: [] });
    expect(await leakingFiles(reports)).toEqual([]);
  });
});
