import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockJson } from '../../src/lock/lock-json.ts';
import { SAMPLE_LOCK } from '../airgap/sample-lock.ts';
import { makeTree, messagesOf, parse } from './support.ts';

const LOCK = lockJson(SAMPLE_LOCK);
const UNTRUSTED = { facts: { trust: 'untrusted' } } as const;

/** A checkout whose job works in `app`, and what lies beside it on the machine. */
function machine() {
  const root = makeTree({
    'checkout/.git/HEAD': 'ref: refs/heads/main\n',
    'checkout/.git/objects/': '',
    'checkout/lock.json': LOCK,
    'checkout/app/buildpacks-ci.lock.json': LOCK,
    'other/buildpacks-ci.lock.json': LOCK,
    'temp/lock.json': LOCK,
  });
  const place = (...parts: readonly string[]) => path.join(root, ...parts);
  symlinkSync('../../temp/lock.json', place('checkout/app/link.json'));
  symlinkSync('../checkout/lock.json', place('temp/link.json'));
  return { place, workingDirectory: place('checkout/app') };
}

describe('a lock in an untrusted run', () => {
  test.each([
    ['under its usual name', {}],
    ['by a path', { 'lock-file': './buildpacks-ci.lock.json' }],
    ['above the working directory, in the same repository', { 'lock-file': '../lock.json' }],
    ['by a link in the checkout', { 'lock-file': 'link.json' }],
    ['by a link to the checkout', { 'lock-file': '../../temp/link.json' }],
    ['in an app elsewhere', { path: '../../other', 'lock-file': '../../other/buildpacks-ci.lock.json' }],
    ['that does not even exist', { 'lock-file': 'missing.json' }],
  ])('is not taken from the checkout: %s', (_where, raw) => {
    const messages = messagesOf({ locked: 'true', ...raw }, { ...machine(), ...UNTRUSTED });
    expect(messages).toEqual([expect.stringMatching(/^lock-file: ".*" is in the checkout/)]);
  });

  test('is taken from elsewhere on the machine', () => {
    const { workingDirectory } = machine();
    const raw = { locked: 'true', 'lock-file': '../../temp/lock.json' };
    expect(parse(raw, { workingDirectory, ...UNTRUSTED }).lock).toEqual({
      ...SAMPLE_LOCK,
      file: '../../temp/lock.json',
    });
  });

  test('is of no matter without locked', () => {
    expect(messagesOf({}, { ...machine(), ...UNTRUSTED })).toEqual([]);
  });

  test('is taken from the checkout when the inputs trust it', () => {
    expect(parse({ locked: 'true', trust: 'trusted' }, { ...machine(), ...UNTRUSTED }).lock).toBeDefined();
  });
});

describe('a lock in a trusted run', () => {
  test.each(['trusted', 'unprotected'] as const)('may be in the checkout: %s', (trust) => {
    expect(parse({ locked: 'true' }, { ...machine(), facts: { trust } }).lock?.images).toEqual(SAMPLE_LOCK.images);
  });

  test('must be there', () => {
    const workingDirectory = makeTree();
    mkdirSync(path.join(workingDirectory, 'sub'));
    expect(messagesOf({ locked: 'true', 'lock-file': 'sub' }, { workingDirectory })).toEqual([
      'lock-file: "sub" is a directory',
    ]);
    expect(messagesOf({ locked: 'true' }, { workingDirectory })).toEqual([
      'lock-file: "buildpacks-ci.lock.json" does not exist',
    ]);
  });
});
