import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyOffline } from '../../../packages/core/src/airgap/index.ts';
import type { Need } from '../../../packages/core/src/airgap/verify/need.ts';
import { writeTar, fileItem } from '../../../packages/core/src/archive/index.ts';
import { parse } from '../../../packages/core/test/inputs/support.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import type { ConnectionInputs, RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { lockJson } from '../../../packages/core/src/lock/lock-json.ts';
import type { ImageRole, LockedImage } from '../../../packages/core/src/lock/lock.ts';
import { createNetwork } from '../../../packages/core/src/network/index.ts';
import { type Network, SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import type { Digest, Repository } from '../../../packages/core/src/reference/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { corePorts } from '../../e2e/support/ports.ts';
import { startForTest } from '../registry/client.ts';
import { type BuilderParts, descriptionOf, fetching, orderOf, pushBuilder, pushPackage } from './builders.ts';
import { AMD64, pushImage } from './fixture.ts';
import { shelfOf } from './setup.ts';

const BUILDER: BuilderParts = {
  buildpacks: {
    'a/java': orderOf(['a/jdk'], ['a/maven', 'a/deep']),
    'a/jdk': fetching('jdk.example'),
    'a/maven': fetching('maven.example'),
    'a/deep': orderOf(['a/procfile']),
    'a/procfile': fetching('procfile.example'),
    'a/spare': fetching('spare.example'),
  },
  order: orderOf(['a/java']),
};

function networkOf(inputs: ConnectionInputs): Network {
  const { signal } = new AbortController();
  const network = createNetwork({
    inputs,
    environment: {},
    home: '/nonexistent',
    clock: Date,
    log: SILENT_LOG,
    signal,
  });
  onTestFinished(() => network.close());
  return network;
}

/** A registry with a builder, and a working directory. */
async function world(parts = BUILDER) {
  const registry = await startForTest();
  const shelf = shelfOf(registry);
  const repository = (name: string) => ({ registry: registry.host, path: name });
  const workingDirectory = await temporaryDirectory();
  await pushImage(shelf, repository('run'), {}, '1');
  const runImages = [{ image: `${registry.host}/run:1` }];
  const builder = await pushBuilder(shelf, repository('builder'), { runImages, ...parts }, '1');
  const verify = (raw: RawInputs) => {
    const inputs = { builder: `${registry.host}/builder:1`, offline: 'true', 'offline-hosts': '127.0.0.1', ...raw };
    const build = parse(inputs, { workingDirectory });
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const network = networkOf(build.connection);
    return verifyOffline({ build, connection: build.connection }, corePorts({ clock, network }));
  };
  const hosts = async (raw: RawInputs) =>
    (await verify(raw)).needs.map(({ host }) => host.replace('.example', '')).sort();
  return { registry, shelf, repository, builder, workingDirectory, verify, hosts };
}

describe('verify', () => {
  it.each<[string, RawInputs, readonly string[]]>([
    ['the builder’s order, through composite buildpacks', {}, ['jdk', 'maven', 'procfile']],
    ['the buildpacks that take its place', { buildpacks: 'a/spare' }, ['spare']],
    ['a composite one in its place', { buildpacks: 'a/deep\na/spare' }, ['procfile', 'spare']],
    ['what goes before and behind', { 'post-buildpacks': 'a/spare' }, ['jdk', 'maven', 'procfile', 'spare']],
  ])('lists what is fetched by %s', async (_what, raw, expected) => {
    const { hosts } = await world();
    expect(await hosts(raw)).toEqual(expected);
  });

  it('reads no layers of other buildpacks', async () => {
    const { registry, hosts } = await world();
    registry.forget();
    await hosts({ buildpacks: 'a/spare' });
    const blobs = registry
      .requests()
      .filter(({ method, path: asked }) => method === 'GET' && asked.includes('/blobs/'));
    // Builder and its one layer, and of the run image the configuration.
    expect(blobs).toHaveLength(3);
  });

  it('looks at buildpacks that are directories, archives and images', async () => {
    const { registry, shelf, repository, workingDirectory, hosts } = await world();
    await mkdir(path.join(workingDirectory, 'own'));
    await writeFile(path.join(workingDirectory, 'own/buildpack.toml'), descriptionOf('b/own', fetching('own.example')));
    const text = Buffer.from(descriptionOf('b/packed', fetching('packed.example')));
    await writeFile(
      path.join(workingDirectory, 'packed.tar'),
      writeTar([fileItem('buildpack.toml', text, { mode: 0o644 })]),
    );
    const inPackage = {
      'b/all': orderOf(['b/part']),
      'b/part': fetching('part.example'),
      'b/rest': fetching('rest.example'),
    };
    await pushPackage(shelf, repository('package'), inPackage, '1');
    const buildpacks = `./own\n./packed.tar\ndocker://${registry.host}/package:1`;
    expect(await hosts({ buildpacks })).toEqual(['own', 'packed', 'part']);
  });

  it('leaves out what a directory brings along', async () => {
    const { workingDirectory, hosts } = await world();
    await mkdir(path.join(workingDirectory, 'own/dependencies'), { recursive: true });
    await writeFile(path.join(workingDirectory, 'own/buildpack.toml'), descriptionOf('b/own', fetching('own.example')));
    await writeFile(path.join(workingDirectory, 'own/dependencies', `${'a'.repeat(64)}.toml`), '');
    expect(await hosts({ buildpacks: './own' })).toEqual([]);
  });

  it('names a buildpack from the web, and trims nothing when it can not look at it', async () => {
    const { verify } = await world();
    const url = `https://127.0.0.2:1/bp.tgz`;
    const { needs, unread } = await verify({ 'pre-buildpacks': `${url}#sha256:${'1'.repeat(64)}` });
    expect(needs[0]).toEqual({ kind: 'archive', uri: url, host: '127.0.0.2' });
    expect(needs.slice(1).map(({ host }) => host)).toContain('spare.example');
    expect(unread).toEqual([{ name: url, reason: expect.any(String) as string }]);
  });

  it('needs images of which no endpoint is within reach', async () => {
    const { verify } = await world();
    const { needs } = await verify({ 'offline-hosts': '127.0.0.3', 'run-image': 'corp/run:1' });
    expect(imagesOf(needs)).toEqual(['builder of 127.0.0.1', 'run-image of registry-1.docker.io']);
  });

  it('is content with a mirror within reach that has them', async () => {
    const { registry, verify } = await world();
    const mirror = registry.host.replace('127.0.0.1', 'localhost');
    const { needs } = await verify({ 'offline-hosts': '', 'registry-mirrors': `${registry.host}=${mirror}` });
    expect(imagesOf(needs)).toEqual([]);
  });
});

describe('verify in the closed network', () => {
  it.each<[string, BuilderParts, (host: string) => RawInputs]>([
    ['builder', {}, (host) => ({ builder: `${host}/gone:1` })],
    ['run-image', {}, (host) => ({ 'run-image': `${host}/gone:1` })],
    ['run-image', { runImages: [{ image: 'gone:1' }] }, (host) => ({ 'registry-prefix': `${host}/mirror/` })],
    ['buildpack', {}, (host) => ({ buildpacks: `docker://${host}/gone:1` })],
  ])('lists a %s that is not there, with the place that was asked', async (role, parts, raw) => {
    const { registry, verify } = await world({ ...BUILDER, ...parts });
    const { needs, unread } = await verify(raw(registry.host));
    expect(imagesOf(needs)).toEqual([expect.stringContaining(`${role} of `)]);
    expect(unread).toEqual([
      { name: expect.stringContaining('gone:1') as string, reason: expect.stringContaining(registry.host) as string },
    ]);
  });

  it('lists an image that the lock names and nobody has', async () => {
    const { registry, repository, builder, workingDirectory, verify } = await world();
    const gone = `sha256:${'d'.repeat(64)}` as const;
    const images = [
      locked(repository('builder'), 'builder', builder.digest),
      locked(repository('run'), 'run-image', gone),
    ];
    await writeFile(path.join(workingDirectory, 'images.lock.json'), lockJson({ images }));
    const { needs, unread } = await verify({ locked: 'true', 'lock-file': 'images.lock.json' });
    expect(imagesOf(needs)).toEqual(['run-image of 127.0.0.1']);
    expect(unread.map(({ reason }) => reason)).toEqual([expect.stringContaining(`${registry.host}/run@${gone}`)]);
  });

  it('takes no trouble on the way for a need', async () => {
    const { registry, verify } = await world();
    const mirrors = `${registry.host}=localhost:1`;
    await expect(verify({ 'offline-hosts': '', 'registry-mirrors': mirrors })).rejects.toMatchObject({
      code: 'temporary',
    });
  });
});

function imagesOf(needs: readonly Need[]): readonly string[] {
  return needs.flatMap((need) => (need.kind === 'image' ? [`${need.role} of ${need.host}`] : []));
}

function locked(repository: Repository, role: ImageRole, digest: Digest): LockedImage {
  const platforms = [{ platform: AMD64, digest }];
  const reference = { kind: 'tag', repository, tag: '1' } as const;
  return { reference, roles: [role], digest, mediaType: MEDIA_TYPE.ociManifest, platforms };
}
