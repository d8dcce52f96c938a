import { describe } from 'vitest';
import { answers, redirects, showsPage } from '../fake/effects.ts';
import { always, once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { ALICE, CONTENT } from './world.ts';

const WITH_TOKEN = ['GET ping', 'GET token repository:app:pull as alice', 'GET blob with token-1'];
const AS_ALICE = ['GET ping', 'GET blob as alice'];

const CHALLENGES: readonly Row[] = [
  {
    name: 'by Basic',
    guard: { kind: 'basic' },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: AS_ALICE,
  },
  {
    name: 'by tokens',
    guard: { kind: 'bearer' },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: WITH_TOKEN,
  },
  {
    name: 'by tokens for strangers',
    guard: { kind: 'bearer', strangers: true },
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET token repository:app:pull', 'GET blob with token-1'],
  },
  {
    name: 'by a scheme that we know, after one that we do not',
    guard: { kind: 'basic', challenge: (_, own) => `Negotiate, ${own}` },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: AS_ALICE,
  },
  {
    name: 'by one of two schemes in one header, the first for a password',
    guard: { kind: 'basic', challenge: ({ registry }, own) => `${own}, Bearer realm="http://${registry}/token"` },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: AS_ALICE,
  },
  {
    name: 'by one of two schemes in two headers, tokens for strangers',
    guard: { kind: 'bearer', strangers: true, challenge: (_, own) => ['Basic realm="fake"', own] },
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET token repository:app:pull', 'GET blob with token-1'],
  },
  {
    name: 'without quotes around the realm',
    guard: { kind: 'bearer', challenge: ({ registry }) => `Bearer realm=http://${registry}/token,service=fake` },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: WITH_TOKEN,
  },
  {
    name: 'with odd spaces, letter case and quoted pairs',
    guard: {
      kind: 'bearer',
      challenge: ({ registry }) => `bEARER  Realm = "http:\\/\\/${registry}/token" , error="x,y"`,
    },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: WITH_TOKEN,
  },
  {
    name: 'for a scope of its own, which is asked for first',
    guard: { kind: 'bearer', demand: 'registry:catalog:*' },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: [...WITH_TOKEN, 'GET token registry:catalog:* repository:app:pull as alice', 'GET blob with token-2'],
  },
  {
    name: 'by what we do not know',
    guard: { kind: 'basic', challenge: () => 'Negotiate, NTLM' },
    credential: ALICE,
    act: act.readBlob,
    fails: { code: 'denied', says: ['401 Unauthorized', 'wants to be asked by negotiate, ntlm'] },
    requests: ['GET ping', 'GET blob'],
  },
  {
    name: 'by nothing that it tells',
    faults: [always('GET blob', answers(401))],
    act: act.readBlob,
    fails: { code: 'denied', says: ['401 Unauthorized; tried to pull from', 'anonymously', 'docker login'] },
    requests: ['GET blob'],
  },
  {
    name: 'by a password, and there is none',
    guard: { kind: 'basic' },
    act: act.readBlob,
    fails: { code: 'denied', says: ['anonymously', 'No credential is configured'] },
    requests: ['GET blob'],
  },
  {
    name: 'by another password',
    guard: { kind: 'basic' },
    credential: { kind: 'basic', username: 'alice', password: 'wrong' },
    act: act.readBlob,
    fails: { code: 'denied', says: ['with the configured credential', 'give another one'] },
    requests: AS_ALICE,
  },
];

/** A challenge that sends us to this token service. */
function sentTo(what: string, realm: string, reason: string): Row {
  return {
    name: `is not asked ${what}`,
    guard: { kind: 'bearer', challenge: () => `Bearer realm="${realm}"` },
    credential: ALICE,
    act: act.readBlob,
    fails: { code: 'registry', says: ['it names the token service', 'which is refused', reason] },
    requests: ['GET ping'],
  };
}

const REALMS: readonly Row[] = [
  {
    name: 'is asked on another host',
    guard: {
      kind: 'bearer',
      strangers: true,
      challenge: ({ elsewhere }) => `Bearer realm="http://${elsewhere}/token"`,
    },
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'elsewhere GET token repository:app:pull', 'GET blob with token-1'],
  },
  {
    name: 'keeps the query of its address',
    guard: {
      kind: 'bearer',
      challenge: ({ registry }) => `Bearer realm="http://${registry}/token?scope=repository:tenant:pull"`,
    },
    credential: ALICE,
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET ping', 'GET token repository:tenant:pull repository:app:pull as alice', 'GET blob with token-1'],
  },
  sentTo('at the cloud’s metadata', 'http://169.254.169.254/latest', 'link-local'),
  sentTo('at the cloud’s metadata, in IPv6', 'http://[fe80::a9fe:a9fe]/', 'link-local'),
  sentTo('at an address inside of the network', 'http://10.1.2.3/token', 'private'),
  sentTo('at an address inside of the network, as a number', 'http://167838211/token', 'private'),
  sentTo('at an address inside of the network, in octal', 'http://012.1.2.3/token', 'private'),
  sentTo('at an address inside of the network, in hexadecimal', 'http://0x0a.0x01.0x0203/token', 'private'),
  sentTo('at an address inside of the network, in IPv6', 'http://[fd12::1]/token', 'private'),
  sentTo('at an IPv4 address in IPv6', 'http://[::ffff:10.1.2.3]/token', 'private'),
  sentTo('at an IPv4 address in IPv6, in hexadecimal', 'http://[::ffff:a01:203]/token', 'private'),
  sentTo('at an IPv4 address behind NAT64', 'http://[64:ff9b::a01:203]/token', 'private'),
  sentTo('at the cloud’s metadata, by name', 'http://metadata.google.internal/token', 'link-local'),
  sentTo('at an unspecified address', 'http://0.0.0.0/token', 'unspecified'),
  sentTo('with a user in its address', 'http://bob:s3cret@auth.example/token', 'a user name or password'),
  sentTo('by another scheme', 'file:///etc/passwd', 'its scheme is "file"'),
  sentTo('at no address', '/token', 'it is not a URL'),
  {
    name: 'does not get the credential after a redirect to another host',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [
      always(
        'GET token',
        redirects(302, ({ elsewhere }) => `http://${elsewhere}/token`),
      ),
    ],
    act: act.readBlob,
    fails: { code: 'denied', says: ["can't get a token", '401 Unauthorized', 'does not get its credential'] },
    requests: ['GET ping', 'GET token repository:app:pull as alice', 'elsewhere GET token'],
  },
  {
    name: 'is no sign-in page',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [always('GET token', showsPage(200, 'Sign in'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['it answered with a web page titled "Sign in" and no token'] },
    requests: ['GET ping', 'GET token repository:app:pull as alice'],
  },
  {
    name: 'is not listened to without end',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [always('GET token', answers(200, {}, `{"token":"t","more":"${'x'.repeat(1024 * 1024)}"}`))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['the answer holds no token'] },
    requests: ['GET ping', 'GET token repository:app:pull as alice'],
  },
  {
    name: 'gives no token that would be two headers',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [always('GET token', answers(200, {}, '{"token":"t\\r\\nX-Admin: 1"}'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['the answer holds no token'] },
    requests: ['GET ping', 'GET token repository:app:pull as alice'],
  },
];

const STRANGERS: readonly Row[] = [
  {
    name: 'is not asked how it authenticates when a redirect has led there',
    credential: ALICE,
    faults: [
      once(
        'GET ping',
        redirects(302, ({ elsewhere }) => `http://${elsewhere}/v2/`),
      ),
      once('elsewhere GET ping', answers(401, { 'www-authenticate': 'Basic realm="trap"' })),
    ],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET ping', 'elsewhere GET ping', 'GET blob'],
  },
  {
    name: 'does not get the credential when it asks for it after a redirect',
    guard: { kind: 'basic' },
    credential: ALICE,
    faults: [
      always(
        'GET blob',
        redirects(302, ({ elsewhere, path }) => `http://${elsewhere}${path}`),
      ),
      always('elsewhere GET blob', answers(401, { 'www-authenticate': 'Basic realm="trap"' })),
    ],
    act: act.readBlob,
    fails: { code: 'temporary', says: ['401 Unauthorized', 'sends its clients to'] },
    requests: ['GET ping', ...Array.from({ length: 4 }, () => ['GET blob as alice', 'elsewhere GET blob']).flat()],
    waits: [500, 1000, 2000],
  },
];

describe('a registry that authenticates', () => {
  testRows(CHALLENGES);
});

describe('a token service', () => {
  testRows(REALMS);
});

describe('another host', () => {
  testRows(STRANGERS);
});
