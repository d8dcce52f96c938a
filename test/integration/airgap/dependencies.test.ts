import { createServer } from 'node:https';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fileItem, type TarItem, writeTar } from '../../../packages/core/src/archive/index.ts';
import { dependencyTarget } from '../../../packages/core/src/airgap/dependencies/mapping.ts';
import { parseDependencyWish } from '../../../packages/core/src/airgap/dependencies/wish.ts';
import type { LockedImage } from '../../../packages/core/src/lock/lock.ts';
import { parseLock } from '../../../packages/core/src/lock/parse-lock.ts';
import { fileAddress } from '../../../packages/core/src/network/file-address.ts';
import { digestOf, hexOf } from '../../../packages/core/src/reference/index.ts';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { type Certificate, makeAuthority } from '../../bench/certificates.ts';
import { listen } from '../../bench/listen.ts';
import { requiresRoot } from '../../support/requires.ts';
import { AMD64, locked, lockOf, pushImage } from './fixture.ts';
import { editText, flip, resum } from './edits.ts';
import { bundle, bundleTarget, load, places, type Places } from './setup.ts';
import { withRoom } from './small-disk.ts';

const JDK = Buffer.from('a Java runtime');
const NODE = Buffer.from('Node.js');
const hex = (content: Buffer) => hexOf(digestOf(content));

let scratch: string;
let authority: Certificate;
let certificate: Certificate;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'dependencies-'));
  const made = await makeAuthority(scratch);
  authority = made;
  certificate = await made.issue('server');
});
afterAll(() => rm(scratch, { recursive: true }));

describe('what buildpacks fetch', () => {
  it.each(['directory', 'tar', 'parts'] as const)('goes along in a bundle as %s and is led to', async (form) => {
    const all = await world();
    const target = bundleTarget(all.directory, form);
    expect(await pack(all, ['jdk@17.*', 'node'], target)).toMatchObject({ dependencies: 2 });
    const there = path.join(all.directory, 'dependencies');
    const dependencies = dependencyTarget(there, undefined);
    const { dependencyBinding } = await load(target.path, `${all.target.host}/mirror`, { dependencies });
    expect(dependencyBinding).toBe(path.join(there, 'binding'));
    expect(await filesIn(path.join(there, 'binding'))).toEqual({
      type: 'dependency-mapping',
      [hex(JDK)]: fileAddress(path.join(there, 'sha256', hex(JDK), 'jdk-17.tar.gz')),
      [hex(NODE)]: fileAddress(path.join(there, 'sha256', hex(NODE), 'node.tgz')),
    });
    expect(await readFile(path.join(there, 'sha256', hex(JDK), 'jdk-17.tar.gz'))).toEqual(JDK);
  });

  it('is served from where the operator says', async () => {
    const all = await world();
    const target = bundleTarget(all.directory, 'tar');
    await pack(all, ['jdk'], target);
    const dependencies = dependencyTarget(path.join(all.directory, 'store'), 'https://repo.corp/deps');
    await load(target.path, `${all.target.host}/mirror`, { dependencies });
    expect(await filesIn(path.join(all.directory, 'store/binding'))).toEqual({
      type: 'dependency-mapping',
      [hex(JDK)]: `https://repo.corp/deps/sha256/${hex(JDK)}/jdk-17.tar.gz`,
    });
  });

  it('makes the same bundle twice, and stands in its lock', async () => {
    const all = await world();
    const [first, second] = [bundleTarget(all.directory, 'directory'), bundleTarget(all.directory, 'tar')];
    const { digest } = await pack(all, ['node', 'jdk'], first);
    expect((await pack(all, ['jdk', 'node', 'jdk@*'], second)).digest).toBe(digest);
    expect((await readdir(all.directory)).sort()).toEqual(['bundle', 'bundle.tar']);
    const lock = await readFile(path.join(first.path, 'buildpacks-ci.lock.json'), 'utf8');
    expect(JSON.parse(lock)).toMatchObject({
      dependencies: [
        { id: 'jdk', version: '17.0.9', uri: `${all.url}/jdk-17.tar.gz`, digest: digestOf(JDK) },
        { id: 'node', version: '22.1.0', uri: `${all.url}/node.tgz`, digest: digestOf(NODE) },
      ],
    });
  });

  it('leaves alone what is somebody else’s where it is fetched to', async () => {
    const all = await world();
    const target = bundleTarget(all.directory, 'tar');
    await mkdir(`${target.path}.dependencies`);
    await writeFile(path.join(`${target.path}.dependencies`, 'notes'), 'mine');
    await pack(all, ['jdk'], target);
    expect(await filesIn(`${target.path}.dependencies`)).toEqual({ notes: 'mine' });
  });

  it('is packed again by the lock of a bundle alone', async () => {
    const all = await world();
    const [first, second] = [bundleTarget(all.directory, 'directory'), bundleTarget(all.directory, 'tar')];
    const { digest } = await pack(all, ['jdk'], first);
    const lock = parseLock(await readFile(path.join(first.path, 'buildpacks-ci.lock.json')), 'lock');
    expect(await pack(all, [], second, lock)).toMatchObject({ digest, dependencies: 1 });
  });

  it('is fetched once when a run is continued', async () => {
    const all = await world();
    const target = bundleTarget(all.directory, 'tar');
    await writeFile(`${target.path}.dependencies`, '');
    await expect(pack(all, ['jdk'], target)).rejects.toThrow();
    await rm(`${target.path}.dependencies`);
    all.refuse('/node.tgz');
    await expect(pack(all, ['jdk', 'node'], target)).rejects.toThrow('/node.tgz" can\'t be fetched: 404');
    all.refuse('/jdk-17.tar.gz');
    await pack(all, ['jdk', 'node'], target);
    expect(all.asked.filter((file) => file === '/jdk-17.tar.gz')).toHaveLength(1);
  });

  it('is refused when it is not what the buildpack knows', async () => {
    const all = await world();
    all.files.set('/node.tgz', Buffer.from('something else'));
    await expect(pack(all, ['node'], bundleTarget(all.directory, 'tar'))).rejects.toThrow(
      `has the digest ${digestOf(Buffer.from('something else'))}, not ${digestOf(NODE)}`,
    );
  });

  it.each([
    ['plain', 'is at "http://a.example/plain", which is not https'],
    ['nameless', 'has no sha256'],
    ['inside', '"inside" is fetched by no buildpack in the lock'],
    ['other', '"other" is fetched by no buildpack in the lock'],
  ])('can not be %s', async (id, message) => {
    const all = await world();
    await expect(pack(all, [id], bundleTarget(all.directory, 'tar'))).rejects.toThrow(message);
  });

  it.each<[string, (bundlePath: string) => Promise<unknown>, RegExp]>([
    [
      'flipped',
      (place) => flip(path.join(place, 'dependencies/sha256', hex(JDK)), 1),
      /dependencies\/sha256\/[0-9a-f]{64}: expected sha256:/,
    ],
    ['missing', (place) => rm(path.join(place, 'dependencies/sha256', hex(JDK))), /dependencies.*: it is missing/],
    [
      'not in the lock',
      (place) => resum(place, 'buildpacks-ci.lock.json', (text) => withoutDependencies(text)),
      /dependencies.*: nothing in the bundle needs it/,
    ],
    [
      'under another name',
      (place) =>
        editText(path.join(place, 'SHA256SUMS'), (text) => text.replace(`${hex(JDK)}  dep`, `${hex(NODE)}  dep`)),
      /has another digest for it/,
    ],
  ])('is noticed when it is %s', async (_name, damage, message) => {
    const all = await world();
    const target = bundleTarget(all.directory, 'directory');
    await pack(all, ['jdk'], target);
    await damage(target.path);
    const there = path.join(all.directory, 'dependencies');
    const dependencies = dependencyTarget(there, undefined);
    await expect(load(target.path, `${all.target.host}/mirror`, { dependencies })).rejects.toThrow(message);
    await expect(readdir(there)).rejects.toThrow('ENOENT');
  });
});

requiresRoot('a disk that is too small', () => {
  it('for what buildpacks fetch ends loading before anything is pushed, and is continued', async () => {
    const all = await world();
    await pack(all, ['jdk'], bundleTarget(all.directory, 'tar'));
    // For the file, and not for what leads to it.
    const args = ['load', 'bundle.tar', `--to=${all.target.host}/mirror`, '--dependencies-to=small'];
    const { first, second } = await withRoom('size=4k', all.directory, args);
    expect(first).toMatch(/"\S+small" can't be written: its disk is full/);
    expect(first).toMatch(/Make room and run the same command again: what is there already is kept\.[^]*status 1/);
    expect(second).toMatch(/status 0/);
    expect(second).not.toMatch(/ 0 B uploaded/);
  });
});

interface World extends Places {
  readonly url: string;
  readonly files: Map<string, Buffer>;
  readonly asked: readonly string[];
  readonly builder: LockedImage;
  /** Answers the next request for it with 404. */
  refuse(file: string): void;
}

/** A builder with one buildpack, and the server of what that fetches. */
async function world(): Promise<World> {
  const all = await places();
  const { certificate: cert, key } = certificate;
  const files = new Map([
    ['/jdk-17.tar.gz', JDK],
    ['/node.tgz', NODE],
  ]);
  const asked: string[] = [];
  const refused = new Set<string>();
  const server = createServer({ cert, key }, ({ url = '' }, response) => {
    asked.push(url);
    const content = refused.delete(url) ? undefined : files.get(url);
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  const listening = await listen(server, 'https');
  onTestFinished(() => listening.close());
  const { url } = listening;
  const builder = await pushBuilder(all, description(url));
  return {
    ...all,
    url,
    files,
    asked,
    builder,
    refuse: (file) => refused.add(file),
  };
}

function description(url: string): string {
  const entry = (id: string, version: string, uri: string, more: string) =>
    `[[metadata.dependencies]]\nid = "${id}"\nversion = "${version}"\nuri = "${uri}"\n${more}\n`;
  return [
    '[buildpack]\nid = "a/java"\nversion = "1.0.0"\n',
    entry('jdk', '17.0.9', `${url}/jdk-17.tar.gz`, `sha256 = "${hex(JDK)}"\nstacks = ["*"]`),
    entry('node', '22.1.0', `${url}/node.tgz`, `checksum = "sha256:${hex(NODE)}"\narch = "amd64"`),
    entry('other', '1', `${url}/other`, `sha256 = "${hex(NODE)}"\narch = "s390x"`),
    entry('plain', '1', 'http://a.example/plain', `sha256 = "${'1'.repeat(64)}"`),
    entry('nameless', '1', 'https://a.example/nameless', ''),
    entry('inside', '1', 'https://a.example/inside', `sha256 = "${'2'.repeat(64)}"`),
  ].join('');
}

async function pushBuilder(all: Places, text: string): Promise<LockedImage> {
  const folder = 'cnb/buildpacks/a_java/1.0.0';
  const items: readonly TarItem[] = [
    fileItem(`${folder}/buildpack.toml`, Buffer.from(text), { mode: 0o644 }),
    fileItem(`${folder}/dependencies/${'2'.repeat(64)}.toml`, Buffer.from(''), { mode: 0o644 }),
  ];
  const layer = await buffer(writeTar(items));
  const labels = {
    'io.buildpacks.buildpack.layers': JSON.stringify({ 'a/java': { '1.0.0': { layerDiffID: digestOf(layer) } } }),
  };
  const raw = await pushImage(all.shelf, all.repository, { platform: AMD64, layers: [layer], labels }, '1');
  return { ...locked(`${all.source.host}/team/base:1`, raw), roles: ['builder'] };
}

function pack(
  all: World,
  wishes: readonly string[],
  target: ReturnType<typeof bundleTarget>,
  lock = lockOf(all.builder),
) {
  const network = openNetwork({ 'ca-certificates': authority.certificate });
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  return bundle(lock, target, { dependencies: wishes.map(parseDependencyWish) }, { network, clock });
}

async function filesIn(directory: string): Promise<Record<string, string>> {
  const names = await readdir(directory);
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(directory, name), 'utf8')]),
  );
  return Object.fromEntries(texts) as Record<string, string>;
}

function withoutDependencies(lock: string): string {
  const value = JSON.parse(lock) as Record<string, unknown>;
  return `${JSON.stringify({ ...value, dependencies: undefined }, undefined, 2)}\n`;
}
