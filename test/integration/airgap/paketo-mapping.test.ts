import { createServer } from 'node:https';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dependencyTarget, writeDependencies } from '../../../packages/core/src/airgap/dependencies/mapping.ts';
import type { LockedDependency } from '../../../packages/core/src/lock/locked-dependency.ts';
import { digestOf, hexOf } from '../../../packages/core/src/reference/index.ts';
import { bundleInMemory } from '../../../packages/core/test/airgap/bundle-in-memory.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { makeAuthority } from '../../bench/certificates.ts';
import { listen, type Listening } from '../../bench/listen.ts';
import { bindingFiles, LIBRARIES, paketo } from './paketo.ts';

const CONTENT = Buffer.from('a Java runtime\n');
const fetchWith = paketo();

let scratch: string;
let server: Listening;
let served = '';
let trusted: Readonly<Record<string, string>>;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'paketo-mapping-'));
  const authority = await makeAuthority(scratch);
  const { certificate: cert, key } = await authority.issue('server');
  const answer = createServer({ cert, key }, ({ url = '' }, response) => {
    readFile(path.join(served, decodeURIComponent(url))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  server = await listen(answer, 'https');
  trusted = { SSL_CERT_FILE: authority.certificateFile };
});
afterAll(async () => {
  await server.close();
  await rm(scratch, { recursive: true });
});

describe.each(LIBRARIES)('the mapping that load writes leads %s', (library) => {
  it.each([
    ['a plain name', 'store', 'jdk.tar.gz'],
    ['a name with a plus', 'store', 'jdk-17.0.9+9.tar.gz'],
    ['a name that is escaped', 'store', 'jdk-17.0.9%2B9.tar.gz'],
    ['a directory with blanks and letters of all kinds', 'my store/größe+1', 'jdk.tar.gz'],
  ])('to a file: %s', async (_what, folder, name) => {
    const { dependency, binding } = await loaded(folder, name);
    const found = await fetchWith(library, { uri: dependency.uri, sha256: hexOf(dependency.digest) }, binding);
    expect(found).toEqual({ uri: found.uri, content: CONTENT.toString() });
  });

  it.each(['%', '?', '#'])('nowhere by a directory with a %s, which is refused', (character) => {
    expect(() => dependencyTarget(`/srv/a${character}b`, undefined)).toThrow('not all buildpacks find files by');
  });

  it('to a server', async () => {
    const { directory, dependency, binding } = await loaded('store', 'jdk-17.0.9+9.tar.gz', `${server.url}/`);
    served = directory;
    const entry = { uri: dependency.uri, sha256: hexOf(dependency.digest) };
    const found = await fetchWith(library, entry, { ...binding, environment: trusted });
    expect(found).toEqual({
      uri: `${server.url}/sha256/${hexOf(dependency.digest)}/jdk-17.0.9%2B9.tar.gz`,
      content: CONTENT.toString(),
    });
  });
});

it.each(['libpak/v2', 'packit'] as const)('%s finds a mapping also by what is called checksum', async (library) => {
  const { dependency, binding } = await loaded('store', 'jdk.tar.gz');
  const { uri, digest: checksum } = dependency;
  expect(await fetchWith(library, { uri, checksum }, binding)).toMatchObject({ content: CONTENT.toString() });
});

async function loaded(folder: string, name: string, prefix?: string) {
  const directory = path.join(await temporaryDirectory(), folder);
  await mkdir(directory, { recursive: true });
  const dependency: LockedDependency = {
    id: 'jdk',
    version: '17',
    uri: `https://download.example/${name}`,
    digest: digestOf(CONTENT),
  };
  const source = bundleInMemory({ [`dependencies/sha256/${hexOf(dependency.digest)}`]: CONTENT });
  const binding = await writeDependencies([dependency], dependencyTarget(directory, prefix), source);
  return { directory, dependency, binding: { bindings: [await bindingFiles('dependencies', binding)] } };
}
