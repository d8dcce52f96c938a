import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalRegistry, type Repository } from '../../src/reference/index.ts';
import { directoryWith, pair, setupAuth } from './setup.ts';

interface Vectors {
  readonly namespaced: { readonly auths: readonly string[]; readonly lookups: readonly (readonly [string, string])[] };
  readonly hostKeys: readonly {
    readonly auths: readonly string[];
    readonly lookup: string;
    readonly matches: boolean | string;
  }[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/docker-auth.json', import.meta.url), 'utf8'),
) as unknown as Vectors;

/** The key whose entry answers; each entry's password is its key. */
async function answeringKey(auths: readonly string[], name: string): Promise<string | undefined> {
  const entries = Object.fromEntries(auths.map((key) => [key, { auth: pair(`user:${key}`) }]));
  const home = await directoryWith({ '.docker/config.json': JSON.stringify({ auths: entries }) });
  const credential = await setupAuth({ home }).credentials.lookup(parse(name));
  return credential?.kind === 'basic' ? credential.password : undefined;
}

function parse(name: string): Repository {
  const slash = name.indexOf('/');
  return { registry: canonicalRegistry(name.slice(0, slash)), path: name.slice(slash + 1) };
}

describe('credential keys', () => {
  it.each(vectors.namespaced.lookups)('%s is answered by %s', async (name, key) => {
    expect(await answeringKey(vectors.namespaced.auths, name)).toBe(key);
  });

  it.each(vectors.hostKeys)('$auths for $lookup: $matches', async ({ auths, lookup, matches }) => {
    const key = await answeringKey(auths, lookup);
    expect(typeof matches === 'string' ? key : key !== undefined).toBe(matches);
  });
});
