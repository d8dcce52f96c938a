import { describe, expect, it } from 'vitest';
import { endpointsFor } from '../../src/mirrors/endpoints.ts';
import { matchPrefix, rewriteName } from '../../src/mirrors/prefix.ts';
import { parseRegistriesConf } from '../../src/mirrors/registries-conf.ts';
import { parseReference } from '../../src/reference/index.ts';
import vectors from '../vectors/registries-conf.json' with { type: 'json' };
import { DIGEST, names } from './support.ts';

type Row<T> = readonly T[];

describe('a prefix', () => {
  it.each(vectors.prefixMatch.rows as unknown as Row<readonly [string, string, string | null]>)(
    '%s, %s: %s',
    (reference, prefix, matched) => {
      expect(matchPrefix(reference, prefix) ?? null).toBe(matched);
    },
  );
});

describe('a location', () => {
  it.each(vectors.rewrite.rows as unknown as Row<readonly [string, string, string, string]>)(
    '%s, %s in %s: %s',
    (reference, prefix, location, result) => {
      expect(rewriteName(reference, prefix, location)).toBe(result);
    },
  );

  it.each(vectors.rewriteErrors.rows as unknown as Row<readonly [string, string, string]>)(
    'can not take the place: %s, %s in %s',
    (reference, prefix, location) => {
      expect(rewriteName(reference, prefix, location)).toBeUndefined();
    },
  );
});

interface PullSourceCase {
  readonly name: string;
  readonly mirrorByDigestOnly?: boolean;
  readonly mirrors: readonly { readonly m: string; readonly insecure?: boolean; readonly pullFromMirror?: string }[];
  readonly digest: readonly string[];
  readonly tag: readonly string[];
}

/** The case as a file; its short names as hosts. */
function fileOf({ mirrors, mirrorByDigestOnly = false }: PullSourceCase): string {
  const tables = mirrors.map(({ m, insecure = false, pullFromMirror }) =>
    [
      '[[registry.mirror]]',
      `location = "${m}.example"`,
      `insecure = ${String(insecure)}`,
      ...(pullFromMirror === undefined ? [] : [`pull-from-mirror = "${pullFromMirror}"`]),
    ].join('\n'),
  );
  const head = `[[registry]]\nlocation = "primary.example"\nmirror-by-digest-only = ${String(mirrorByDigestOnly)}`;
  return [head, ...tables].join('\n');
}

describe('the order of endpoints', () => {
  const cases = vectors.pullSources.cases as readonly PullSourceCase[];
  it.each(
    cases.flatMap((row) => [
      { row, kind: 'digest' as const },
      { row, kind: 'tag' as const },
    ]),
  )('case $row.name by $kind', ({ row, kind }) => {
    const reference = parseReference(`primary.example/app${kind === 'tag' ? ':1' : `@${DIGEST}`}`);
    const endpoints = endpointsFor(parseRegistriesConf(fileOf(row), 'registries.conf'), reference);
    expect(names(endpoints).map((name) => name.replace(/\.example\/.*$/, ''))).toEqual(row[kind]);
  });
});
