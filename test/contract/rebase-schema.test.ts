import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { rebaseJson, type RebaseReport } from '../../packages/core/src/index.ts';
import { asRecord, type JsonRecord, parseJson } from '../../packages/core/src/json/json.ts';
import type { ImageReport, PlatformReport, RunImageReport } from '../../packages/core/src/rebase/report.ts';
import type { Digest } from '../../packages/core/src/reference/index.ts';
import { violations } from './json-schema.ts';

const SCHEMA = await readSchema();
const DIGEST: Digest = `sha256:${'a'.repeat(64)}`;
const NAME = { repository: 'r.example/app', tags: ['1', 'latest'] };
const RUN_IMAGE = { name: 'r.example/run:1', from: `r.example/run@${DIGEST}`, to: `r.example/run@${DIGEST}` };
const PLATFORM: PlatformReport = {
  platform: 'linux/amd64',
  before: DIGEST,
  after: DIGEST,
  runImage: RUN_IMAGE,
  decisions: ['the name stays'],
};
const CHANGE = { before: DIGEST, after: DIGEST, platforms: [PLATFORM], droppedAttestations: [DIGEST] };
const REBASED = {
  ...CHANGE,
  target: { was: DIGEST },
  moved: { mounted: { layers: 1, bytes: 2 }, copied: { layers: 0, bytes: 0 } },
  movedTags: [{ tag: '1', rollback: '1-before-20261122' }, { tag: 'latest' }],
  attachments: [{ about: DIGEST, name: DIGEST, artifactType: 'application/spdx+json' }],
};
const RUN_IMAGES: readonly RunImageReport[] = [
  {
    ...RUN_IMAGE,
    platform: 'linux/amd64',
    packages: {
      state: 'compared',
      changes: [
        { kind: 'added', name: 'a', after: '1' },
        { kind: 'removed', name: 'b', before: '1' },
        { kind: 'changed', name: 'c', before: '1', after: '2' },
      ],
    },
  },
  { name: 'run', to: 'run', platform: 'linux', packages: { state: 'none' } },
  { name: 'run', to: 'run', platform: 'linux', packages: { state: 'unknown', reason: 'gone' } },
];

/** One image for each state there is. */
const IMAGES: { readonly [State in ImageReport['state']]: ImageReport & { readonly state: State } } = {
  rebased: { ...NAME, ...REBASED, state: 'rebased' },
  outdated: { ...NAME, ...CHANGE, target: { was: DIGEST }, state: 'outdated' },
  current: { ...NAME, state: 'current', digest: DIGEST },
  pending: { ...NAME, state: 'pending' },
  skipped: { ...NAME, state: 'skipped', reason: 'it is young' },
  refused: {
    ...NAME,
    state: 'refused',
    violations: [{ rule: 'platform', message: 'it is another', hint: 'Name one.', isForceable: true }],
  },
  failed: { ...NAME, state: 'failed', code: 'temporary', message: 'no answer', hint: 'Try again.', done: REBASED },
};

const REPORT: RebaseReport = {
  schemaVersion: 1,
  mode: 'rebase',
  images: Object.values(IMAGES),
  leftOut: [{ ...NAME, reason: 'keeps-old-image' }],
  runImages: RUN_IMAGES,
  traffic: { requests: 1, bytesUp: 2, bytesDown: 3 },
  milliseconds: 4,
};

async function readSchema(): Promise<JsonRecord> {
  const file = path.resolve(import.meta.dirname, '../../docs/rebase.schema.json');
  return asRecord(parseJson(await readFile(file))) ?? {};
}

describe('docs/rebase.schema.json', () => {
  test('describes a report that has everything', () => {
    expect(violations(SCHEMA, parseJson(rebaseJson(REPORT)))).toEqual([]);
  });

  test('describes every key of a report, in the same order', () => {
    expect(Object.keys(asRecord(SCHEMA['properties']) ?? {})).toEqual(
      Object.keys(asRecord(parseJson(rebaseJson(REPORT))) ?? {}),
    );
  });

  test.each([
    ['another version', { schemaVersion: 2 }, '$.schemaVersion: is not 1'],
    ['an unknown key', { extra: 1 }, '$.extra: is not described'],
    ['another mode', { mode: 'x' }, '$.mode: is none of the values'],
    ['an image in no state', { images: [{ ...NAME, state: 'x' }] }, '$.images[0]: fits 0 of the alternatives'],
    ['an image with more', { images: [{ ...IMAGES.current, x: 1 }] }, '$.images[0]: fits 0 of the alternatives'],
    ['an image with less', { images: [{ ...NAME, state: 'failed' }] }, '$.images[0]: fits 0 of the alternatives'],
  ])('refuses %s', (_name, change, violation) => {
    expect(violations(SCHEMA, { ...REPORT, ...change })).toEqual([violation]);
  });
});
