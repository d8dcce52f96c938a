import { describe } from 'vitest';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { MAX_MANIFEST_SIZE } from '../../../src/registry/index.ts';
import {
  answers,
  compresses,
  cuts,
  cutsUnmeasured,
  losesAnswer,
  redirects,
  says,
  sends,
  serves,
  showsPage,
} from '../fake/effects.ts';
import { always, once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { MANIFEST } from './world.ts';

const OTHER = digestOf(Buffer.from('other'));
const OWN = digestOf(Buffer.from(MANIFEST));

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
      always('GET manifest', answers(200, { 'content-type': MEDIA_TYPE.ociManifest }, ' '.repeat(16 * 1024 * 1024))),
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

describe('a manifest', () => {
  testRows(READING);
});

describe('the head of a manifest', () => {
  testRows(HEADS);
});

describe('a manifest that is written', () => {
  testRows(WRITING);
});
