import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { loadTrustStore, readUserCertificates, SYSTEM_PLACES, type TrustOptions } from '../../src/trust/index.ts';
import { makeTree } from '../inputs/support.ts';
import { AUTHORITY, LEAF, OTHER_AUTHORITY } from './samples.ts';

/** A machine that has one file and one directory. */
function machine() {
  const root = makeTree({ 'bundle.crt': AUTHORITY, 'certs/other.pem': OTHER_AUTHORITY, 'mine/leaf.pem': LEAF });
  const at = (name: string) => path.join(root, name);
  return { at, places: { files: [at('missing'), at('bundle.crt')], directories: [at('none'), at('certs')] } };
}

/** What a store has beyond Node's own list. */
function added(options: TrustOptions): readonly string[] {
  return loadTrustStore(options).certificates.slice(new Set(rootCertificates).size);
}

describe('a trust store', () => {
  it("has Node's list, the machine's and the user's, each certificate once", () => {
    const { places } = machine();
    const user = readUserCertificates(LEAF + AUTHORITY, { workingDirectory: '/', now: 0 });
    expect(added({ places, environment: {}, user })).toEqual([AUTHORITY, OTHER_AUTHORITY, LEAF]);
  });

  it('tells where they come from, what two have included', () => {
    const { at, places } = machine();
    const user = readUserCertificates(AUTHORITY, { workingDirectory: '/', now: Date.parse('2027-01-01') });
    expect(loadTrustStore({ places, environment: {}, user }).sources).toEqual([
      { name: 'Node.js', count: rootCertificates.length, warnings: [] },
      { name: at('bundle.crt'), count: 1, warnings: [] },
      { name: at('certs'), count: 1, warnings: [] },
      { name: 'ca-certificates', count: 1, warnings: [] },
    ]);
  });

  it('gives buildpacks what the user gave, and nothing of the machine', () => {
    const { places } = machine();
    const user = readUserCertificates(LEAF, { workingDirectory: '/', now: 0 });
    expect(loadTrustStore({ places, environment: {}, user }).userCertificates.map(({ pem }) => pem)).toEqual([LEAF]);
  });

  it("tells which of the user's neither Node nor the machine has", () => {
    const { places } = machine();
    const user = readUserCertificates(LEAF + AUTHORITY + (rootCertificates[0] ?? ''), {
      workingDirectory: '/',
      now: 0,
    });
    const { addedCertificates } = loadTrustStore({ places, environment: {}, user });
    expect(addedCertificates.map(({ pem }) => pem)).toEqual([LEAF]);
  });

  it.each([
    ['of all that the user chose', '', ['CN=Sample Authority', 'CN=server.example']],
    ['only of what is new in a whole bundle', rootCertificates.slice(0, 10).join('\n'), ['CN=server.example']],
  ])('warns %s', (_, bundle, subjects) => {
    const { places } = machine();
    const now = Date.parse('2200-01-01');
    const user = readUserCertificates(`${AUTHORITY}${LEAF}${bundle}`, { workingDirectory: '/', now });
    const warnings = loadTrustStore({ places, environment: {}, user }).sources.flatMap((source) => source.warnings);
    const expired = warnings.filter((warning) => warning.includes(' expired on '));
    expect(expired).toEqual(subjects.map((subject) => expect.stringContaining(`"${subject}`) as string));
  });

  it.each<readonly [string, (at: (name: string) => string) => Record<string, string>, readonly string[]]>([
    ['neither variable', () => ({}), [AUTHORITY, OTHER_AUTHORITY]],
    ['empty variables', () => ({ SSL_CERT_FILE: '', SSL_CERT_DIR: '' }), [AUTHORITY, OTHER_AUTHORITY]],
    ['SSL_CERT_FILE', (at) => ({ SSL_CERT_FILE: at('mine/leaf.pem') }), [LEAF, OTHER_AUTHORITY]],
    ['SSL_CERT_DIR', (at) => ({ SSL_CERT_DIR: at('mine') }), [AUTHORITY, LEAF]],
    [
      'SSL_CERT_DIR with colons',
      (at) => ({ SSL_CERT_DIR: `${at('mine')}:${at('certs')}` }),
      [AUTHORITY, LEAF, OTHER_AUTHORITY],
    ],
    ['NODE_EXTRA_CA_CERTS', (at) => ({ NODE_EXTRA_CA_CERTS: at('mine/leaf.pem') }), [AUTHORITY, OTHER_AUTHORITY, LEAF]],
  ])('reads the machine as Go does, with %s', (_, variables, expected) => {
    const { at, places } = machine();
    expect(added({ places, environment: variables(at) })).toEqual(expected);
  });

  it.each(['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'])('warns where %s names nothing', (variable) => {
    const { at, places } = machine();
    const { sources } = loadTrustStore({ places, environment: { [variable]: at('nowhere') } });
    expect(sources.flatMap(({ warnings }) => warnings)).toEqual([
      expect.stringContaining(`${variable} names "${at('nowhere')}"`),
    ]);
  });

  it('reads the files that a CI names by variables of its own', () => {
    const { at, places } = machine();
    const environment = { NODE_EXTRA_CA_CERTS: at('mine/leaf.pem'), CI_CA_FILE: at('nowhere'), OTHER_FILE: at('no') };
    const { sources } = loadTrustStore({ places, environment, fileVariables: ['CI_CA_FILE'] });
    expect(sources.map(({ name }) => name).slice(-2)).toEqual([
      `NODE_EXTRA_CA_CERTS (${at('mine/leaf.pem')})`,
      `CI_CA_FILE (${at('nowhere')})`,
    ]);
  });

  it('warns of the part of a named file that others would skip', () => {
    const { at, places } = machine();
    const root = makeTree({ 'ca.pem': `${AUTHORITY}-----BEGIN CERTIFICATE-----\nMII` });
    const environment = { NODE_EXTRA_CA_CERTS: path.join(root, 'ca.pem'), SSL_CERT_DIR: at('certs') };
    const { sources } = loadTrustStore({ places, environment });
    expect(sources.flatMap(({ warnings }) => warnings)).toEqual([expect.stringContaining('ca.pem:12: ')]);
  });

  it('reads a certificate that has hash links beside it once', () => {
    const { at, places } = machine();
    symlinkSync('other.pem', at('certs/002c0b4f.0'));
    expect(loadTrustStore({ places, environment: {} }).sources.at(-1)?.count).toBe(1);
  });

  it.each<readonly [string, boolean, Omit<TrustOptions, 'places'>]>([
    ['nobody chose a certificate', false, { environment: {} }],
    ['SSL_CERT_FILE is empty of any', false, { environment: { SSL_CERT_FILE: '/dev/null' } }],
    ['the input did', true, { environment: {}, user: readUserCertificates(LEAF, { workingDirectory: '/', now: 0 }) }],
  ])('takes an intermediate for a root when somebody chose it: %s', (_, expected, options) => {
    const { places } = machine();
    expect(loadTrustStore({ places, ...options }).allowPartialTrustChain).toBe(expected);
  });

  it("knows Go's places", () => {
    expect(SYSTEM_PLACES.files).toHaveLength(6);
    expect(SYSTEM_PLACES.directories).toEqual(['/etc/ssl/certs', '/etc/pki/tls/certs']);
  });
});
