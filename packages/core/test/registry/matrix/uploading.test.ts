import { describe } from 'vitest';
import {
  answers,
  both,
  expiresTokens,
  losesAnswer,
  redirects,
  refusesUnread,
  resets,
  resetsKeeping,
  says,
  sends,
  showsPage,
} from '../fake/effects.ts';
import { always, once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { ALICE, CONTENT } from './world.ts';

const BEARER = { kind: 'bearer', token: 't0ken' } as const;
const OTHER = `sha256:${'0'.repeat(64)}`;

const LOCATIONS: readonly Row[] = [
  {
    name: 'goes where the registry says, relative and with its query',
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload'],
  },
  {
    name: 'goes to another host without the credential',
    credential: BEARER,
    faults: [
      once(
        'POST uploads',
        sends({ location: (at) => `http://${at.elsewhere}/v2/app/blobs/uploads/0?_state=a%2Fb%3D` }),
      ),
    ],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads with t0ken', 'elsewhere PUT upload'],
  },
  {
    name: 'follows a 307 to another host with its body, without the credential',
    credential: BEARER,
    faults: [
      once(
        'PUT upload',
        redirects(307, ({ elsewhere, path, query }) => `http://${elsewhere}${path}${query}`),
      ),
    ],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads with t0ken', 'PUT upload with t0ken', 'elsewhere PUT upload'],
  },
  {
    name: 'does not turn into a download by a 302',
    faults: [once('PUT upload', redirects(302, '/elsewhere'))],
    act: act.uploadBlob,
    fails: { code: 'registry', says: ['302 Found'] },
    requests: ['POST uploads', 'PUT upload', 'DELETE upload'],
  },
  {
    name: 'goes nowhere without a location',
    faults: [once('POST uploads', sends({ location: undefined }))],
    act: act.uploadBlob,
    fails: { code: 'registry', says: ['no valid Location', 'X-Forwarded-Proto'] },
    requests: ['POST uploads'],
    abandoned: 1,
  },
  ...[
    ['the cloud’s metadata', 'http://169.254.169.254/latest', 'link-local'],
    ['an address inside of the network', 'http://10.0.0.7/upload', 'private'],
    ['an address inside of the network, as a number', 'http://167772167/upload', 'private'],
    ['an address inside of the network, in IPv6', 'http://[::ffff:10.0.0.7]/upload', 'private'],
    ['another scheme', 'ftp://127.0.0.1/upload', 'its scheme is "ftp"'],
    ['a place with a password', 'http://bob:s3cret@127.0.0.1/upload', 'a user name or password'],
  ].map(([what = '', location = '', reason = '']): Row => {
    return {
      name: `does not go to ${what}`,
      faults: [once('POST uploads', sends({ location }))],
      act: act.uploadBlob,
      fails: { code: 'registry', says: ['the upload location', 'is refused', reason] },
      requests: ['POST uploads'],
      abandoned: 1,
    };
  }),
];

const BROKEN: readonly Row[] = [
  {
    name: 'begins anew when it breaks off, and cancels what was begun',
    faults: [once('PUT upload', resets(4))],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload', 'HEAD blob', 'POST uploads', 'DELETE upload', 'PUT upload'],
    waits: [500],
  },
  {
    name: 'is done when only the answer was lost',
    faults: [once('PUT upload', losesAnswer())],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload', 'HEAD blob'],
    waits: [500],
  },
  {
    name: 'is done when a proxy lost patience with a registry that was at work',
    faults: [once('PUT upload', says(504))],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload', 'HEAD blob'],
    waits: [500],
  },
  {
    name: 'begins anew when the registry is in trouble',
    faults: [once('PUT upload', answers(503))],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads', 'PUT upload'],
    waits: [500],
  },
  {
    name: 'begins anew when another server of the registry does not know the upload',
    faults: [once('PUT upload', answers(404, {}, '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}'))],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads', 'PUT upload'],
    waits: [500],
  },
  {
    name: 'is given up after its tries',
    faults: [always('PUT upload', resets(4))],
    act: act.uploadBlob,
    fails: { code: 'temporary', says: ["can't upload the blob"] },
    requests: [
      ...['POST uploads', 'PUT upload'],
      ...['HEAD blob', 'POST uploads', 'DELETE upload', 'PUT upload'],
      ...['HEAD blob', 'POST uploads', 'DELETE upload', 'PUT upload'],
      ...['HEAD blob', 'POST uploads', 'DELETE upload', 'PUT upload'],
    ],
    waits: [500, 1000, 2000],
    abandoned: 1,
  },
  {
    name: 'is sent again with another token when the first expires in the middle',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [once('PUT upload', expiresTokens())],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: [
      'GET ping',
      'GET token repository:app:pull,push as alice',
      'POST uploads with token-1',
      'PUT upload with token-1',
      'GET token repository:app:pull,push as alice',
      'PUT upload with token-2',
    ],
  },
];

const ANSWERS: readonly Row[] = [
  {
    name: 'is stored by a registry that does not tell the digest',
    faults: [once('PUT upload', sends({ 'docker-content-digest': undefined }))],
    act: act.uploadBlob,
    gives: CONTENT,
    requests: ['POST uploads', 'PUT upload'],
  },
  {
    name: 'is not stored when the registry says that it has something else',
    faults: [once('PUT upload', sends({ 'docker-content-digest': OTHER }))],
    act: act.uploadBlob,
    fails: { code: 'registry', says: [`the registry says that its digest is ${OTHER}`] },
    requests: ['POST uploads', 'PUT upload', 'DELETE upload'],
  },
  {
    name: 'is not stored when a page answers',
    faults: [once('PUT upload', showsPage(200, 'Upload blocked'))],
    act: act.uploadBlob,
    fails: { code: 'registry', says: ['a web page titled "Upload blocked"'] },
    requests: ['POST uploads', 'PUT upload', 'DELETE upload'],
  },
  {
    name: 'is not stored when the registry does not find the digest in it',
    faults: [once('PUT upload', answers(400, {}, '{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}'))],
    act: act.uploadBlob,
    fails: { code: 'registry', says: ['400 Bad Request (DIGEST_INVALID: no)'] },
    requests: ['POST uploads', 'PUT upload', 'DELETE upload'],
  },
  {
    name: 'is too large for a proxy, and too small for chunks',
    faults: [once('PUT upload', refusesUnread(413))],
    act: act.uploadBlob,
    fails: { code: 'registry', says: ['413 Payload Too Large', 'limits the size of uploads: raise that limit'] },
    requests: ['POST uploads', 'PUT upload', 'DELETE upload'],
  },
  {
    name: 'needs a repository that exists',
    faults: [
      once('POST uploads', answers(404, {}, '{"errors":[{"code":"NAME_UNKNOWN","message":"no such project"}]}')),
    ],
    act: act.uploadBlob,
    fails: { code: 'registry', says: ['NAME_UNKNOWN: no such project', 'Check that the repository'] },
    requests: ['POST uploads'],
  },
];

const MIB = 1024 * 1024;
/** More than a chunk. */
const LARGE = Buffer.alloc(9 * MIB, 'x');
const FIRST = `0-${8 * MIB - 1}`;
const LAST = `${8 * MIB}-${9 * MIB - 1}`;

/** A large blob; the outcome is told by its length, for the sake of messages. */
function large(row: Omit<Row, 'act' | 'content'>): Row {
  const upload: Row['act'] = async (world) => (await act.uploadBlob(world))?.length;
  return { ...row, content: LARGE, act: upload };
}

const CHUNKS: readonly Row[] = [
  large({
    name: 'is sent in one piece',
    gives: 9 * MIB,
    requests: ['POST uploads', 'PUT upload'],
  }),
  large({
    name: 'is sent in chunks when it broke off',
    faults: [once('PUT upload', resets(MIB))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'HEAD blob', 'POST uploads', 'DELETE upload'],
      ...[`PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
    waits: [500],
  }),
  large({
    name: 'is sent in chunks at once when it is too large for a proxy',
    faults: [once('PUT upload', refusesUnread(413))],
    gives: 9 * MIB,
    requests: [
      'POST uploads',
      'PUT upload',
      'DELETE upload',
      'POST uploads',
      `PATCH upload ${FIRST}`,
      `PUT upload ${LAST}`,
    ],
  }),
  large({
    name: 'goes on where a chunk was cut',
    faults: [once('PUT upload', refusesUnread(413)), once('PATCH upload', resetsKeeping(MIB))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload ${FIRST}`, 'GET upload', `PATCH upload ${MIB}-${8 * MIB - 1}`, `PUT upload ${LAST}`],
    ],
    waits: [500],
  }),
  large({
    name: 'goes on with the next chunk when only the answer to one was lost',
    faults: [once('PUT upload', refusesUnread(413)), once('PATCH upload', losesAnswer())],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload ${FIRST}`, 'GET upload', `PUT upload ${LAST}`],
    ],
    waits: [500],
  }),
  large({
    name: 'asks where it is when a chunk is refused with 416',
    faults: [once('PUT upload', refusesUnread(413)), once('PATCH upload', answers(416))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload ${FIRST}`, 'GET upload', `PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
  }),
  large({
    name: 'does not believe a range that stands still, nor minds 201, as Amazon has it',
    faults: [once('PUT upload', refusesUnread(413)), always('PATCH upload', both(says(201), sends({ range: '0-0' })))],
    gives: 9 * MIB,
    requests: [
      'POST uploads',
      'PUT upload',
      'DELETE upload',
      'POST uploads',
      `PATCH upload ${FIRST}`,
      `PUT upload ${LAST}`,
    ],
  }),
  large({
    name: 'is sent in chunks as large as the registry wants them',
    faults: [
      once('PUT upload', refusesUnread(413)),
      always('POST uploads', sends({ 'oci-chunk-min-length': String(8.5 * MIB) })),
    ],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload 0-${8.5 * MIB - 1}`, `PUT upload ${8.5 * MIB}-${9 * MIB - 1}`],
    ],
  }),
  large({
    name: 'is sent in one piece again when chunks are refused, as GitHub and Google do',
    faults: [once('PUT upload', resets(MIB)), always('PATCH upload', answers(405))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'HEAD blob', 'POST uploads', 'DELETE upload'],
      ...[`PATCH upload ${FIRST}`, 'DELETE upload', 'POST uploads', 'PUT upload'],
    ],
    waits: [500, 1000],
  }),
  large({
    name: 'tells of the size when chunks are refused, too',
    faults: [always('PUT upload', refusesUnread(413)), always('PATCH upload', answers(405))],
    fails: { code: 'registry', says: ['413 Payload Too Large', 'raise that limit'] },
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, 'DELETE upload'],
    ],
  }),
  large({
    name: 'begins anew when the registry has lost the chunks',
    faults: [
      once('PUT upload', refusesUnread(413)),
      once('PATCH upload', resets(MIB)),
      once('GET upload', answers(404)),
    ],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, 'GET upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
    waits: [500, 500],
  }),
];

const MOUNTS: readonly Row[] = [
  {
    name: 'is done by 201',
    faults: [once('POST mount', answers(201))],
    act: act.mountBlob,
    gives: true,
    requests: ['POST mount'],
  },
  {
    name: 'is not done by 202, whose upload is cancelled',
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount', 'DELETE upload'],
  },
  {
    name: 'is not done by 405',
    faults: [once('POST mount', answers(405))],
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount'],
  },
  {
    name: 'is not done by a page',
    faults: [once('POST mount', showsPage(201, 'Welcome'))],
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount'],
  },
  {
    name: 'is left for an upload when the registry fails at it each time',
    faults: [always('POST mount', answers(500))],
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount', 'POST mount', 'POST mount', 'POST mount'],
    waits: [500, 1000, 2000],
  },
  {
    name: 'fails when there is no answer',
    faults: [always('POST mount', resets())],
    act: act.mountBlob,
    fails: { code: 'temporary', says: ["can't mount the blob"] },
    requests: ['POST mount', 'POST mount', 'POST mount', 'POST mount'],
    waits: [500, 1000, 2000],
  },
];

const RIGHTS: readonly Row[] = [
  {
    name: 'is there when an upload begins, which is cancelled',
    act: act.checkPush,
    requests: ['POST uploads', 'DELETE upload'],
  },
  {
    name: 'is there even when the registry can not cancel',
    faults: [once('DELETE upload', answers(405))],
    act: act.checkPush,
    requests: ['POST uploads', 'DELETE upload'],
    abandoned: 1,
  },
  {
    name: 'is not there by 403',
    credential: BEARER,
    faults: [once('POST uploads', answers(403, {}, '{"errors":[{"code":"DENIED","message":"read only"}]}'))],
    act: act.checkPush,
    fails: { code: 'denied', says: ['DENIED: read only', 'tried to push to', 'may push'] },
    requests: ['POST uploads with t0ken'],
  },
  {
    name: 'is not there on a mirror',
    faults: [once('POST uploads', answers(405))],
    act: act.checkPush,
    fails: { code: 'registry', says: ['405 Method Not Allowed', 'may be a read-only mirror'] },
    requests: ['POST uploads'],
  },
  {
    name: 'is not there by a page',
    faults: [once('POST uploads', showsPage(202, 'Please wait'))],
    act: act.checkPush,
    fails: { code: 'registry', says: ['a web page titled "Please wait"'] },
    requests: ['POST uploads'],
  },
];

describe('an upload', () => {
  testRows(LOCATIONS);
});

describe('an upload that breaks', () => {
  testRows(BROKEN);
});

describe('an upload that is answered', () => {
  testRows(ANSWERS);
});

describe('a large upload', () => {
  testRows(CHUNKS);
});

describe('a mount', () => {
  testRows(MOUNTS);
});

describe('the right to push', () => {
  testRows(RIGHTS);
});
