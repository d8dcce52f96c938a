import { describe } from 'vitest';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { MAX_MANIFEST_SIZE } from '../../../src/registry/index.ts';
import {
  answers,
  compresses,
  cuts,
  cutsUnmeasured,
  gives,
  losesAnswer,
  redirects,
  says,
  sends,
  serves,
  showsPage,
} from '../fake/effects.ts';
import { always, once, times } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { MANIFEST } from './world.ts';

const OTHER = digestOf(Buffer.from('other'));
const OWN = digestOf(Buffer.from(MANIFEST));
const CHILD = { mediaType: MEDIA_TYPE.ociManifest, digest: OWN, size: MANIFEST.length };
const LINUX = { os: 'linux', architecture: 'amd64' };

const READING: readonly Row[] = [
  {
    name: 'is read without a Docker-Content-Digest',
    faults: [always('GET manifest', sends({ 'docker-content-digest': undefined }))],
    act: act.readManifest,
    gives: MANIFEST,
    requests: ['GET manifest v1'],
  },
  {
    name: 'is read with parameters in its content type',
    faults: [always('GET manifest', sends({ 'content-type': `${MEDIA_TYPE.ociManifest}; charset=utf-8` }))],
    act: act.readManifest,
    gives: MANIFEST,
    requests: ['GET manifest v1'],
  },
  {
    name: 'is read again when it was cut',
    faults: [once('GET manifest', cuts(20))],
    act: act.readManifest,
    gives: MANIFEST,
    requests: ['GET manifest v1', 'GET manifest v1'],
    waits: [500],
  },
  {
    name: 'is read again when an answer of no length was cut',
    faults: [once('GET manifest', cutsUnmeasured(20))],
    act: act.readManifest,
    gives: MANIFEST,
    requests: ['GET manifest v1', 'GET manifest v1'],
    waits: [500],
  },
  {
    name: 'is refused when its digest is not what the registry says',
    faults: [always('GET manifest', sends({ 'docker-content-digest': OTHER }))],
    act: act.readManifest,
    fails: { code: 'registry', says: [`its digest should be ${OTHER}`] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused when its digest is not the one asked for',
    faults: [always('GET manifest', serves(MEDIA_TYPE.ociManifest, `${MANIFEST} `))],
    act: act.readManifestByDigest,
    fails: { code: 'registry', says: [`its digest should be ${OWN}`] },
    requests: ['GET manifest by digest'],
  },
  {
    name: 'is refused when a proxy has compressed it',
    faults: [always('GET manifest', compresses())],
    act: act.readManifest,
    fails: { code: 'registry', says: ['content-encoding "gzip"'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused as another type',
    faults: [always('GET manifest', sends({ 'content-type': 'application/json' }))],
    act: act.readManifest,
    fails: { code: 'registry', says: ['its media type is "application/json"'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused when it calls itself another type',
    faults: [always('GET manifest', sends({ 'content-type': MEDIA_TYPE.dockerManifest }))],
    act: act.readManifest,
    fails: { code: 'image', says: ['and calls itself'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused as schema 1',
    faults: [always('GET manifest', serves('application/vnd.docker.distribution.manifest.v1+prettyjws', '{}'))],
    act: act.readManifest,
    fails: { code: 'registry', says: ['schema 1', 'Push the image again'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused when it is an index as well',
    faults: [always('GET manifest', serves(MEDIA_TYPE.ociManifest, MANIFEST.replace('{', '{"manifests":[],')))],
    act: act.readManifest,
    fails: { code: 'image', says: ['it has both layers and manifests'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused as an index that is a manifest as well',
    faults: [always('GET manifest', serves(MEDIA_TYPE.ociIndex, '{"manifests":[],"layers":[]}'))],
    act: act.readManifest,
    fails: { code: 'image', says: ['it has both layers and manifests'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is refused when it is oversize, before all of it is read',
    faults: [
      always('GET manifest', answers(200, { 'content-type': MEDIA_TYPE.ociManifest }, ' '.repeat(100 * 1024 * 1024))),
    ],
    act: act.readManifest,
    fails: { code: 'registry', says: [`it has more than ${MAX_MANIFEST_SIZE} bytes`] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is no sign-in page',
    faults: [always('GET manifest', showsPage(200, 'Sign in &amp; go'))],
    act: act.readManifest,
    fails: { code: 'registry', says: ['it answered with a web page titled "Sign in', 'captive portal'] },
    requests: ['GET manifest v1'],
  },
  {
    name: 'is no sign-in page of another host',
    faults: [
      always(
        'GET manifest',
        redirects(302, ({ elsewhere }) => `http://${elsewhere}/login`),
      ),
      always('elsewhere GET login', showsPage(200, 'Sign in')),
    ],
    act: act.readManifest,
    fails: { code: 'registry', says: ['/login: it answered with a web page titled "Sign in"'] },
    requests: ['GET manifest v1', 'elsewhere GET login'],
  },
  {
    name: 'is not there',
    faults: [always('GET manifest', answers(404))],
    act: act.readManifest,
    gives: undefined,
    requests: ['GET manifest v1'],
  },
];

const HEADS: readonly Row[] = [
  {
    name: 'tells what it is',
    act: act.headManifest,
    gives: true,
    requests: ['HEAD manifest v1'],
  },
  {
    name: 'is read as a whole when the head has no digest',
    faults: [always('HEAD manifest', sends({ 'docker-content-digest': undefined }))],
    act: act.headManifest,
    gives: true,
    requests: ['HEAD manifest v1', 'GET manifest v1'],
  },
  {
    name: 'is read as a whole when the head has no length',
    faults: [always('HEAD manifest', sends({ 'content-length': undefined }))],
    act: act.headManifest,
    gives: true,
    requests: ['HEAD manifest v1', 'GET manifest v1'],
  },
  {
    name: 'tells nothing about a failure but its status',
    faults: [always('HEAD manifest', says(403))],
    act: act.headManifest,
    fails: { code: 'denied', says: ['403 Forbidden', 'without details since it was a HEAD request'] },
    requests: ['HEAD manifest v1'],
  },
];

const WRITING: readonly Row[] = [
  {
    name: 'is stored',
    act: act.putManifest,
    gives: true,
    requests: ['PUT manifest v2'],
  },
  {
    name: 'is stored by a registry that does not tell the digest',
    faults: [always('PUT manifest', sends({ 'docker-content-digest': undefined }))],
    act: act.putManifest,
    gives: true,
    requests: ['PUT manifest v2'],
  },
  {
    name: 'is written again when the answer is lost',
    faults: [once('PUT manifest', losesAnswer())],
    act: act.putManifest,
    gives: true,
    requests: ['PUT manifest v2', 'PUT manifest v2'],
    waits: [500],
  },
  {
    name: 'is not written when the registry says that it stored something else',
    faults: [always('PUT manifest', sends({ 'docker-content-digest': OTHER }))],
    act: act.putManifest,
    fails: { code: 'registry', says: [OTHER] },
    requests: ['PUT manifest v2'],
  },
  {
    name: 'is not written when a page answers, whatever its status',
    faults: [always('PUT manifest', showsPage(200, 'Welcome'))],
    act: act.putManifest,
    fails: { code: 'registry', says: ['a web page titled "Welcome"'] },
    requests: ['PUT manifest v2'],
  },
  {
    name: 'is not written when a blob of it is missing',
    faults: [
      always(
        'PUT manifest',
        answers(400, {}, '{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]}'),
      ),
    ],
    act: act.putManifest,
    fails: { code: 'registry', says: ['400 Bad Request (MANIFEST_BLOB_UNKNOWN: blob unknown)'] },
    requests: ['PUT manifest v2'],
  },
];

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

describe('a manifest', () => {
  testRows(READING);
});

describe('the head of a manifest', () => {
  testRows(HEADS);
});

describe('a manifest that is written', () => {
  testRows(WRITING);
});

describe('resolving for a platform', () => {
  testRows(RESOLVING);
});
