import { rename, rm, truncate, writeFile } from 'node:fs/promises';
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
  {
    done: 'with a list that names one more',
    by: async (at) => editText(`${at}.parts.json`, withOneMore),
    named: /parts: \d+ parts of 7000 bytes do not make \d+ bytes/,
  },
  { done: 'without its list', by: (at) => rm(`${at}.parts.json`), named: /"bundle\.tar\.parts\.json" is missing/ },
  {
    done: "with another bundle's list",
    by: async (at) => editText(`${at}.parts.json`, (text) => text.replaceAll('"bundle.tar.', '"other.tar.')),
    named: /^[^\n]*parts\[0\]\.file: it is not bundle\.tar\.part-0001$/,
  },
  {
    done: 'with one missing behind a changed one, which takes long to find',
    by: async (at) => {
      await flip(`${at}.part-0001`, 5);
      await rm(`${at}.part-0003`);
    },
    named: /pushed:\n {2}bundle\.tar\.part-0003: it is missing$/,
  },
];

function withOneMore(list: string): string {
  const value = JSON.parse(list) as { readonly parts: readonly unknown[] };
  return `${JSON.stringify({ ...value, parts: [...value.parts, value.parts.at(-1)] }, undefined, 2)}\n`;
}

describe('a bundle in parts', () => {
  const bundles = bundlesToDamage('parts');

  it.each(DAMAGES)('$done is refused, and nothing is pushed', (damage) => bundles.refuses(damage));

  it('is loaded without a part that its list does not name', async () => {
    const further = (at: string) => writeFile(`${at}.part-0099`, 'of a larger bundle');
    expect(await bundles.loadsWhole(further)).toBe(2);
  });

  it('made whole again is loaded', async () => {
    expect(await bundles.loadsWhole()).toBe(2);
  });
});
