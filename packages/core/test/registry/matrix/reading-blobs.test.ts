import { describe } from 'vitest';
import {
  answers,
  compresses,
  cuts,
  expiresTokens,
  gives,
  givesUnmeasured,
  redirects,
  redirectsToStore,
  resets,
  sends,
  showsPage,
  stalls,
} from '../fake/effects.ts';
import { always, once, onceReused } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { ALICE, CONTENT } from './world.ts';

const LIES: readonly Row[] = [
  {
    name: 'other bytes of the same length',
    faults: [always('GET blob', gives('9876543210'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['its content has the digest sha256:'] },
    requests: ['GET blob'],
  },
  {
    name: 'other bytes after it was cut',
    faults: [once('GET blob', cuts(4)), once('GET blob from', gives('xxxxxx'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['its content has the digest sha256:'] },
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
  {
    name: 'more bytes than its size',
    faults: [always('GET blob', givesUnmeasured(`${CONTENT}!`))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['it has more than 10 bytes'] },
    requests: ['GET blob'],
  },
  {
    name: 'a declared length that is not its size',
    faults: [always('GET blob', gives(`${CONTENT}!`))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['it should have 10 bytes and is sent with 11'] },
    requests: ['GET blob'],
  },
  {
    name: 'bytes that a proxy has compressed',
    faults: [always('GET blob', compresses())],
    act: act.readBlob,
    fails: { code: 'registry', says: ['content-encoding "gzip"', 'a proxy on the way may have changed it'] },
    requests: ['GET blob'],
  },
  {
    name: 'the right bytes under a content-encoding, as stores have that were told so',
    faults: [always('GET blob', sends({ 'content-encoding': 'gzip' }))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob'],
  },
  {
    name: 'the right bytes that call themselves a web page',
    faults: [always('GET blob', sends({ 'content-type': 'text/html' }))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob'],
  },
  {
    name: 'a sign-in page',
    faults: [always('GET blob', showsPage(200, 'Sign in'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['it came as a web page'] },
    requests: ['GET blob'],
  },
  {
    name: 'a sign-in page when asked whether it is there',
    faults: [always('HEAD blob', sends({ 'content-type': 'text/html' }))],
    act: act.hasBlob,
    fails: { code: 'registry', says: ['a web page', 'captive portal'] },
    requests: ['HEAD blob'],
  },
  {
    name: 'another digest when asked whether it is there',
    faults: [always('HEAD blob', sends({ 'docker-content-digest': `sha256:${'0'.repeat(64)}` }))],
    act: act.hasBlob,
    fails: { code: 'registry', says: [`the registry says that its digest is sha256:${'0'.repeat(64)}`] },
    requests: ['HEAD blob'],
  },
  {
    name: 'that it does not exist',
    faults: [always('GET blob', answers(404))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['404 Not Found', 'build or push it again'] },
    requests: ['GET blob'],
  },
];

const CONNECTIONS: readonly Row[] = [
  {
    name: 'is asked for again when it is reset before the answer',
    faults: [once('GET blob', resets())],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob'],
    waits: [500],
  },
  {
    name: 'is asked for again when a kept connection is reset on its next use',
    faults: [onceReused('GET', resets())],
    act: async (world) => [await act.readBlob(world), await act.readBlob(world), await act.readBlob(world)],
    gives: [CONTENT, CONTENT, CONTENT],
    requests: ['GET blob', 'GET blob', 'GET blob', 'GET blob'],
    waits: [500],
  },
  {
    name: 'goes on when the registry falls silent in the middle',
    faults: [once('GET blob', stalls(4))],
    impatient: true,
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
  {
    name: 'is asked for again when no answer comes',
    faults: [once('GET blob', stalls('headers'))],
    impatient: true,
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob'],
    waits: [500],
  },
  {
    name: 'comes from an IPv6 address with a port',
    address: '::1',
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob'],
  },
];

const REDIRECTS: readonly Row[] = [
  {
    name: 'comes from the store, which gets no credential',
    credential: { kind: 'bearer', token: 't0ken' },
    faults: [always('GET blob', redirectsToStore())],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob with t0ken', 'elsewhere GET signed'],
  },
  {
    name: 'goes back to the registry for another address when the store has cut it',
    faults: [always('GET blob', redirectsToStore()), once('elsewhere GET signed', cuts(4))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'elsewhere GET signed', 'GET blob from 4', 'elsewhere GET signed from 4'],
    waits: [500],
  },
  {
    name: 'goes back to the registry for another address when that one has expired',
    faults: [always('GET blob', redirectsToStore()), once('elsewhere GET signed', answers(403))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'elsewhere GET signed', 'GET blob', 'elsewhere GET signed'],
    waits: [500],
  },
  {
    name: 'tells which host to let through when the store refuses for good',
    faults: [
      always('GET blob', redirectsToStore()),
      always('elsewhere GET signed', showsPage(403, 'Blocked by policy')),
    ],
    act: act.readBlob,
    fails: {
      code: 'temporary',
      says: ['403 Forbidden, in a web page titled "Blocked by policy"', 'sends its clients to 127.0.0.1'],
    },
    requests: Array.from({ length: 4 }, () => ['GET blob', 'elsewhere GET signed']).flat(),
    waits: [500, 1000, 2000],
  },
  {
    name: 'is not fetched from a cloud metadata address',
    faults: [always('GET blob', redirects(307, 'http://169.254.169.254/latest'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['the redirect to http://169.254.169.254/latest is refused', 'link-local'] },
    requests: ['GET blob'],
  },
  {
    name: 'is not fetched from a file',
    faults: [always('GET blob', redirects(302, 'file:///etc/passwd'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['its scheme is "file"'] },
    requests: ['GET blob'],
  },
];

const TOKENS: readonly Row[] = [
  {
    name: 'goes on with another token when the first expires in the middle',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [once('GET blob', cuts(4)), once('GET blob from', expiresTokens())],
    act: act.readBlob,
    gives: CONTENT,
    requests: [
      'GET ping',
      'GET token repository:app:pull as alice',
      'GET blob with token-1',
      'GET blob from 4 with token-1',
      'GET token repository:app:pull as alice',
      'GET blob from 4 with token-2',
    ],
    waits: [500],
  },
];

describe('a registry that says of a blob', () => {
  testRows(LIES);
});

describe('a blob over a bad connection', () => {
  testRows(CONNECTIONS);
});

describe('a blob behind a redirect', () => {
  testRows(REDIRECTS);
});

describe('a blob behind tokens', () => {
  testRows(TOKENS);
});
