import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  deliverCertificates,
  loadTrustStore,
  readUserCertificates,
  TRUST_VARIABLES,
  type TrustVariable,
} from '../../../packages/core/src/trust/index.ts';
import { command } from '../../bench/command.ts';
import { requiresKeytool } from '../../support/requires.ts';
import { authority, startTlsServer, temporaryDirectory } from './peers.ts';

/** A server that only the delivered certificates vouch for, and the variables, which point to files on this machine. */
async function world(): Promise<{ url: string; environment: Readonly<Record<string, string>> }> {
  const root = await authority();
  const server = await root.issue('registry');
  const port = await startTlsServer({ cert: server.certificate, key: server.key });
  const user = readUserCertificates(root.certificate, { workingDirectory: '/', now: Date.now() });
  const store = loadTrustStore({ user, environment: {} });
  const { bindings, environment } = deliverCertificates(store, { variables: TRUST_VARIABLES });
  const platform = await temporaryDirectory();
  for (const { name, entries } of bindings) {
    await mkdir(path.join(platform, name));
    for (const { key, content } of entries) await writeFile(path.join(platform, name, key), content);
  }
  const here = Object.entries(environment).map(([name, value]) => [
    name,
    value.replace('/platform/bindings', platform),
  ]);
  return { url: `https://127.0.0.1:${port}/`, environment: Object.fromEntries(here) as Record<string, string> };
}

const FETCH = 'fetch(process.argv[1]).then((r) => console.log(r.status))';
const PYTHON = 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)';

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

describe.each<readonly [TrustVariable, string, (url: string) => readonly string[]]>([
  ['NODE_EXTRA_CA_CERTS', process.execPath, (url) => ['-e', FETCH, url]],
  ['CURL_CA_BUNDLE', 'curl', (url) => ['--silent', '--fail', '--noproxy', '*', '--write-out', '%{http_code}\n', url]],
  ['SSL_CERT_FILE', 'python3', (url) => ['-c', PYTHON, url]],
])('%s', (variable, program, args) => {
  it.runIf(isInstalled(program))(`lets ${path.basename(program)} trust the user's authority`, async () => {
    const { url, environment } = await world();
    const added = { [variable]: environment[variable] ?? '', no_proxy: '*', NO_PROXY: '*' };
    expect((await command(program, args(url), { environment: added })).trim()).toBe('200');
    await expect(command(program, args(url), { environment: { no_proxy: '*', NO_PROXY: '*' } })).rejects.toThrow();
  });
});

requiresKeytool('JAVA_TOOL_OPTIONS', () => {
  it('names a store that Java reads, and finds whole by its usual password', async () => {
    const { environment } = await world();
    const store = environment['JAVA_TOOL_OPTIONS']?.replace(/^.*=/, '') ?? '';
    const listed = await command('keytool', ['-list', '-keystore', store, '-storepass', 'changeit']);
    expect(listed).toMatch(/contains 1\d\d entries/);
    expect(listed.split('trustedCertEntry').length).toBeGreaterThan(100);
  });
});
