import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { fleetJson } from '../../packages/core/src/fleet/render-json.ts';
import type { AppEntry, FleetReport } from '../../packages/core/src/fleet/report.ts';
import { asRecord, type JsonRecord, parseJson } from '../../packages/core/src/json/json.ts';
import type { Digest } from '../../packages/core/src/reference/index.ts';
import { violations } from './json-schema.ts';

const SCHEMA = await readSchema();
const DIGEST: Digest = `sha256:${'a'.repeat(64)}`;
const NAME = { repository: 'r.example/app', tags: ['1'], workloads: [{ namespace: 'shop', name: 'Deployment/app' }] };

const APP: Required<AppEntry> = {
  ...NAME,
  kind: 'app',
  digest: DIGEST,
  platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  created: '2026-01-01T00:00:00Z',
  size: 1,
  runImage: 'r.example/run',
  distribution: 'debian 12',
  base: { state: 'outdated', created: '2026-01-01T00:00:00.000Z', latest: { name: 'r.example/run:1', digest: DIGEST } },
  buildpacks: [{ id: 'a/b', version: '1', homepage: 'https://b.example' }],
  lifecycle: '0.21.14',
  platformApi: '0.15',
  rebasable: true,
  movedTag: '1',
  labels: { team: 'web' },
  components: {
    state: 'searched',
    found: [{ name: 'x', version: '1', purl: 'pkg:npm/x@1', buildpack: 'a_b', layer: 'modules' }],
    unread: ['launch/a_b/sbom.txt'],
  },
};

const UNKNOWN: AppEntry = { ...APP, base: { state: 'unknown', reason: 'it is gone' }, components: { state: 'none' } };

const REPORT: FleetReport = {
  schemaVersion: 1,
  created: '2026-11-22T00:00:00.000Z',
  components: ['x'],
  labels: ['team'],
  images: [
    APP,
    UNKNOWN,
    { ...NAME, kind: 'other', digest: DIGEST, platform: APP.platform, reason: 'not built with buildpacks' },
    { ...NAME, kind: 'failed', digest: DIGEST, reason: 'denied', temporary: false },
  ],
  leftOut: [{ repository: 'r.example/team/x', tags: ['1-rc'], reason: 'excluded' }],
  traffic: { requests: 1, bytesDown: 2 },
};

async function readSchema(): Promise<JsonRecord> {
  const file = path.resolve(import.meta.dirname, '../../docs/fleet.schema.json');
  return asRecord(parseJson(await readFile(file))) ?? {};
}

describe('docs/fleet.schema.json', () => {
  test('describes a report that has everything', () => {
    expect(violations(SCHEMA, parseJson(fleetJson(REPORT)))).toEqual([]);
  });

  test('describes every key of a report, in the same order', () => {
    expect(Object.keys(asRecord(SCHEMA['properties']) ?? {})).toEqual(
      Object.keys(asRecord(parseJson(fleetJson(REPORT))) ?? {}),
    );
  });

  test.each([
    ['another version', { schemaVersion: 2 }, '$.schemaVersion: is not 1'],
    ['an unknown key', { extra: 1 }, '$.extra: is not described'],
    ['an image of no kind', { images: [{ ...APP, kind: 'x' }] }, '$.images[0]: fits 0 of the alternatives'],
    ['an image with more', { images: [{ ...APP, secret: 'x' }] }, '$.images[0]: fits 0 of the alternatives'],
  ])('refuses %s', (_name, change, violation) => {
    expect(violations(SCHEMA, { ...REPORT, ...change })).toEqual([violation]);
  });
});
