import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../../packages/core/src/doctor/verdict.ts';
import type { RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { makeTree } from '../../../packages/core/test/inputs/support.ts';
import { bench, examine, verdicts } from './clinic.ts';

/** What is found about the cache alone. */
async function ofCache(raw: RawInputs): Promise<readonly string[]> {
  return verdicts(await examine(raw)).filter(
    (line) => !line.includes(' connect ') && !line.includes(' token service '),
  );
}

describe('a layer cache in a registry', () => {
  const grants = { '*': ['pull'] } as const;
  const users = { ann: { password: 'of-ann' }, bob: { password: 'of-bob', grants } };

  test('may be read and written by who may push', async () => {
    const { host } = await bench({ auth: { kind: 'token', users } });
    const store = { 'cache-store': `registry:${host}/cache` };
    expect(await ofCache({ ...store, 'registry-auth': `${host}=ann:of-ann` })).toEqual([
      `ok read ${host}/cache: may be read`,
      `ok write ${host}/cache: may be pushed to, as ann`,
    ]);
  });

  test('that may not be written is a warning, and nothing where it is only read', async () => {
    const { host } = await bench({ auth: { kind: 'token', users } });
    const raw = { 'cache-store': `registry:${host}/cache`, 'registry-auth': `${host}=bob:of-bob` };
    const report = await examine(raw);
    expect(verdicts(report)).toContainEqual(expect.stringMatching(/^warning write \S+\/cache: \[credentials\] /));
    expect(failureOf(report)).toBeUndefined();
    expect(await ofCache({ ...raw, cache: 'read' })).toEqual([`ok read ${host}/cache: may be read`]);
  });

  test('is told with its way and who we are there', async () => {
    const { images, hosts } = await examine({ 'cache-store': 'registry:127.0.0.1:1/team/cache' });
    expect(images).toMatchObject([
      { purpose: 'cache', name: '127.0.0.1:1/team/cache', endpoints: [{ role: 'registry' }] },
    ]);
    expect(hosts).toMatchObject([{ address: '127.0.0.1:1' }]);
  });
});

describe('a layer cache in a directory', () => {
  test('is not made by a check', async () => {
    const root = makeTree();
    const store = `dir:${path.join(root, 'a/b')}`;
    expect(await ofCache({ 'cache-store': store })).toEqual([`ok write ${store}: is not there yet, and may be made`]);
    expect(await ofCache({ 'cache-store': store, cache: 'read' })).toEqual([`ok read ${store}: is not there yet`]);
    expect(readdirSync(root)).toEqual([]);
  });

  test('may be written', async () => {
    const root = makeTree();
    mkdirSync(path.join(root, 'packs'));
    expect(await ofCache({ 'cache-store': `dir:${root}` })).toEqual([`ok write dir:${root}: may be written`]);
    expect(await ofCache({ 'cache-store': `dir:${root}`, cache: 'off' })).toEqual([]);
  });

  test('can not be made below a file', async () => {
    const root = makeTree({ file: '' });
    const store = `dir:${path.join(root, 'file/cache')}`;
    expect(await ofCache({ 'cache-store': store })).toEqual([
      `warning write ${store}: [input] "${root}/file/cache" can't be used: a part of its path is no directory`,
    ]);
  });
});
