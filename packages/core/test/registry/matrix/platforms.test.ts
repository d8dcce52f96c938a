import { describe } from 'vitest';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { gives, serves } from '../fake/effects.ts';
import { once, times } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { MANIFEST } from './world.ts';

const OTHER = digestOf(Buffer.from('other'));
const OWN = digestOf(Buffer.from(MANIFEST));
const CHILD = { mediaType: MEDIA_TYPE.ociManifest, digest: OWN, size: MANIFEST.length };
const LINUX = { os: 'linux', architecture: 'amd64' };

/** Serves `v1` as an index of these. */
function indexOf(children: readonly object[]) {
  return times(
    1,
    'GET manifest v1',
    serves(MEDIA_TYPE.ociIndex, JSON.stringify({ schemaVersion: 2, manifests: children })),
  );
}

const ARM = { os: 'linux', architecture: 'arm' };
const V7_AND_V6 = [
  { ...CHILD, digest: OTHER, platform: { ...ARM, variant: 'v7' } },
  { ...CHILD, platform: { ...ARM, variant: 'v6' } },
];

const RESOLVING: readonly Row[] = [
  {
    name: 'goes through an index past its attestations',
    faults: [
      indexOf([
        { ...CHILD, digest: OTHER, platform: { os: 'unknown', architecture: 'unknown' } },
        { ...CHILD, platform: LINUX },
      ]),
    ],
    act: act.resolveFor(LINUX),
    gives: OWN,
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
  {
    name: 'takes an entry without a platform for linux/amd64',
    faults: [indexOf([CHILD])],
    act: act.resolveFor(LINUX),
    gives: OWN,
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
  {
    name: 'takes the very arm variant',
    faults: [indexOf(V7_AND_V6)],
    act: act.resolveFor({ ...ARM, variant: 'v6' }),
    gives: OWN,
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
  {
    name: 'takes the nearest older arm variant',
    faults: [indexOf(V7_AND_V6.slice(1))],
    act: act.resolveFor(ARM),
    gives: OWN,
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
  {
    name: 'takes no newer arm variant',
    faults: [indexOf(V7_AND_V6)],
    act: act.resolveFor({ ...ARM, variant: 'v5' }),
    fails: { code: 'image', says: ['no image for linux/arm/v5, only for linux/arm/v7, linux/arm/v6'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'takes arm64/v8 for arm64',
    faults: [indexOf([{ ...CHILD, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }])],
    act: act.resolveFor({ os: 'linux', architecture: 'arm64' }),
    gives: OWN,
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
  {
    name: 'names the platforms that there are',
    faults: [indexOf([{ ...CHILD, platform: { os: 'windows', architecture: 'amd64' } }])],
    act: act.resolveFor(LINUX),
    fails: { code: 'image', says: ['no image for linux/amd64, only for windows/amd64'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'tells of an index inside of an index',
    faults: [indexOf([{ ...CHILD, mediaType: MEDIA_TYPE.ociIndex, platform: LINUX }])],
    act: act.resolveFor(LINUX),
    fails: { code: 'image', says: ['an index inside of its index'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'refuses a child with other bytes than the index says',
    faults: [indexOf([{ ...CHILD, platform: LINUX }]), once('GET manifest by digest', gives(`${MANIFEST} `))],
    act: act.resolveFor(LINUX),
    fails: { code: 'registry', says: [`its digest should be ${OWN}`] },
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
  {
    name: 'tells of a child that is missing',
    faults: [indexOf([{ ...CHILD, digest: OTHER, platform: LINUX }])],
    act: act.resolveFor(LINUX),
    fails: { code: 'registry', says: [`its manifest ${OTHER} is missing`] },
    requests: ['GET manifest v1', 'GET manifest by digest'],
  },
];

describe('resolving for a platform', () => {
  testRows(RESOLVING);
});
