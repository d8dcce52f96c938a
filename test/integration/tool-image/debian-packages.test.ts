import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fetchPackages, newestPackages } from '../../../scripts/tool-image/debian-packages.ts';
import type { Pins } from '../../../scripts/tool-image/pins.ts';

const CONTENT = 'a package\n';
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** An apt-get that knows one package, `libsmall`, in one version. */
const APT = `#!/bin/sh
case "$*" in
  *--print-uris*) echo "'http://mirror/pool/libsmall.deb' libsmall_1%3a2.0-1_amd64.deb 10 SHA256:${SHA256}" ;;
  *download*libsmall=1:2.0-1) printf 'a package\\n' >libsmall_1%3a2.0-1_amd64.deb ;;
  *download*) echo "E: Version '1.0' for 'libsmall' was not found" >&2; exit 100 ;;
esac
`;

function pins(version: string, sha256: string): Pins {
  return {
    snapshot: '20260102T030405Z',
    applets: [],
    packages: { amd64: { libsmall: { version, sha256 } }, arm64: {} },
  };
}

/** A cache, on a machine with that apt-get. */
async function machine(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  onTestFinished(() => void vi.unstubAllEnvs());
  await mkdir(path.join(directory, 'bin'));
  await writeFile(path.join(directory, 'bin', 'apt-get'), APT, { mode: 0o755 });
  vi.stubEnv('PATH', `${path.join(directory, 'bin')}:${process.env['PATH'] ?? ''}`);
  return path.join(directory, 'cache');
}

test('what apt would take is pinned by version and hash', async () => {
  const newest = await newestPackages(['libsmall'], 'amd64', await machine());
  expect(newest).toEqual({ libsmall: { version: '1:2.0-1', sha256: SHA256 } });
});

test('a pinned package is fetched once, and nothing else is left', async () => {
  const cache = await machine();
  const fetched = await fetchPackages(pins('1:2.0-1', SHA256), 'amd64', cache);
  expect(await readFile(fetched.get('libsmall') ?? '', 'utf8')).toBe(CONTENT);
  expect(await readdir(cache)).toEqual([`${SHA256}.deb`]);
  vi.stubEnv('PATH', '');
  expect(await fetchPackages(pins('1:2.0-1', SHA256), 'amd64', cache)).toEqual(fetched);
});

test.each([
  ['that nobody has any more', '1.0', SHA256],
  ['with other bytes', '1:2.0-1', '0'.repeat(64)],
])('a package %s is named, with the way to renew the pins', async (_, version, sha256) => {
  const fetching = fetchPackages(pins(version, sha256), 'amd64', await machine());
  await expect(fetching).rejects.toThrow(`libsmall ${version} (amd64)`);
  await expect(fetching).rejects.toThrow('npm run image:pins');
});

test('a package that apt does not know is named', async () => {
  await expect(newestPackages(['libother'], 'amd64', await machine())).rejects.toThrow('libother');
});
