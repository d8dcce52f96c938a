import { describe } from 'vitest';
import {
  answers,
  expiresTokens,
  losesAnswer,
  redirects,
  refusesUnread,
  resets,
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
    requests: ['POST uploads', 'PUT upload', 'DELETE upload', 'HEAD blob', 'POST uploads', 'PUT upload'],
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

describe('an upload', () => {
  testRows(LOCATIONS);
});

describe('an upload that breaks', () => {
  testRows(BROKEN);
});

describe('an upload that is answered', () => {
  testRows(ANSWERS);
});
