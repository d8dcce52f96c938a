import { rename, rm, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bundlesToDamage, type Damage, SHA } from './damage.ts';
import { editText, flip } from './edits.ts';

const DAMAGES: readonly Damage[] = [
  {
    done: 'with a changed byte',
    by: (at) => flip(`${at}.part-0002`, 5),
    named: new RegExp(`bundle\\.tar\\.part-0002: expected ${SHA}, found ${SHA}`),
  },
  { done: 'with one missing', by: (at) => rm(`${at}.part-0002`), named: /bundle\.tar\.part-0002: it is missing/ },
  {
    done: 'with two swapped',
    by: async (at) => {
      await rename(`${at}.part-0001`, `${at}.tmp`);
      await rename(`${at}.part-0002`, `${at}.part-0001`);
      await rename(`${at}.tmp`, `${at}.part-0002`);
    },
    named: /part-0001: expected[^]*part-0002: expected/,
  },
  {
    done: 'with a shortened one',
    by: (at) => truncate(`${at}.part-0001`, 6999),
    named: /part-0001: it has 6999 bytes instead of 7000/,
  },
  {
    done: 'with a list that was edited',
    by: async (at) => editText(`${at}.parts.json`, (text) => text.replace('"partSize": 7000', '"partSize": 7001')),
    named: /parts\[0\]\.size: it is 7000, and 7001 bytes are due/,
  },
  { done: 'without its list', by: (at) => rm(`${at}.parts.json`), named: /bundle\.tar" does not exist/ },
];

describe('a bundle in parts', () => {
  const bundles = bundlesToDamage('parts');

  it.each(DAMAGES)('$done is refused, and nothing is pushed', (damage) => bundles.refuses(damage));

  it('made whole again is loaded', async () => {
    expect(await bundles.loadsWhole()).toBe(2);
  });
});
