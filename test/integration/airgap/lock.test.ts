import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import type { RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { startFakeRegistry } from '../../../packages/core/test/registry/fake-registry.ts';
import { pushBuilder } from './builders.ts';
import { AMD64, ARM64, descriptorOf, pushArtifact, pushImage, pushIndex, pushManifest } from './fixture.ts';
import { image, lockWorld } from './lock-world.ts';

describe('lock', () => {
  it('takes every mirror of the run image that can be read, and says which can not', async () => {
    const { registry, warnings, lock, names, push, runImage } = await lockWorld();
    const mirrors = Array.from({ length: 12 }, (_, index) => image(registry.host, `mirror-${index}`));
    const odd = ['not a name!', image('127.0.0.1:1', 'run')];
    await push({ runImages: [{ image: image(registry.host, 'run'), mirrors: [...mirrors, ...odd] }] });
    await runImage('mirror-7');
    await runImage('mirror-11');
    await lock();
    expect(await names()).toEqual(['builder:1', 'mirror-11:1', 'mirror-7:1']);
    expect(warnings.filter((line) => line.includes('is not in the lock: it does not exist'))).toHaveLength(11);
    expect(warnings.filter((line) => line.includes('127.0.0.1:1/run:1 is not in the lock'))).toHaveLength(1);
  });

  it('names all run images when none can be read, and the input that helps', async () => {
    const { registry, lock, push } = await lockWorld();
    await push({ runImages: [{ image: image(registry.host, 'run'), mirrors: [image(registry.host, 'copy')] }] });
    await expect(lock()).rejects.toMatchObject({
      message: `run-image: no run image of "${image(registry.host, 'builder')}" can be read; tried ${image(registry.host, 'run')}, ${image(registry.host, 'copy')}`,
      hint: expect.stringContaining('run-image') as string,
    });
  });

  it('tells of a builder that names no run image', async () => {
    const { registry, lock, push } = await lockWorld();
    await push({ runImages: [] });
    await expect(lock()).rejects.toThrow(`run-image: "${image(registry.host, 'builder')}" names no run image`);
  });

  it('names an image that is no builder', async () => {
    const { registry, lock, runImage } = await lockWorld();
    await runImage('builder');
    await expect(lock()).rejects.toThrow(
      `"${image(registry.host, 'builder')}" can't be used: it is no builder: it has no label io.buildpacks.builder.metadata`,
    );
  });

  it('leaves attestations out of the platforms', async () => {
    const { registry, shelf, repository, lock, text, push } = await lockWorld();
    const { index, attestation } = await pushIndex(shelf, repository('run'), '1');
    await push({ runImages: [{ image: image(registry.host, 'run') }] });
    await lock();
    expect(await text()).toContain(index.digest);
    expect(await text()).not.toContain(attestation.digest);
    expect(await text()).not.toContain('unknown');
  });

  it('tells when a run image lacks a platform of the builder', async () => {
    const { registry, shelf, repository, warnings, lock, text, runImage } = await lockWorld();
    const runImages = [{ image: image(registry.host, 'run') }];
    await pushBuilders(shelf, repository('builder'), { runImages });
    await runImage('run');
    await lock();
    expect(await text()).toContain('linux/arm64');
    expect(warnings).toEqual([
      `${image(registry.host, 'builder')} is for linux/arm64, and no run image of it is: builds for it need another one, by run-image`,
    ]);
  });

  it('names an index that holds attestations only', async () => {
    const { registry, shelf, repository, lock } = await lockWorld();
    const attestation = await pushArtifact(shelf, repository('builder'), {});
    const entry = { ...descriptorOf(attestation), platform: { os: 'unknown', architecture: 'unknown' } };
    await pushManifest(shelf, repository('builder'), indexOf([entry]), '1');
    await expect(lock()).rejects.toThrow(`"${image(registry.host, 'builder')}" has no image for linux`);
  });

  it('names an image of the index that the registry lacks', async () => {
    const { shelf, repository, lock, push } = await lockWorld();
    const builder = await push({});
    await pushManifest(shelf, repository('builder'), indexOf([{ ...descriptorOf(builder), platform: AMD64 }]), '1');
    await shelf.client.deleteManifest(repository('builder'), builder.digest);
    await expect(lock()).rejects.toThrow(`builder@${builder.digest}" does not exist on ${repository('').registry}`);
  });

  it('writes the same bytes each time, with --update too', async () => {
    const { registry, lock, text, push, runImage } = await lockWorld();
    await push({ runImages: [{ image: image(registry.host, 'run') }] });
    await runImage('run');
    await lock();
    const first = await text();
    expect(await lock()).toEqual([]);
    expect(await lock({}, 'update')).toEqual([]);
    expect(await text()).toBe(first);
  });

  it('keeps dependencies until an image moves, and tells when they go', async () => {
    const { registry, workingDirectory, lock, text, push, runImage } = await lockWorld();
    await push({ runImages: [{ image: image(registry.host, 'run') }] });
    await runImage('run');
    await lock();
    const dependency = { id: 'jdk', version: '21', uri: 'https://a.example/jdk', digest: `sha256:${'e'.repeat(64)}` };
    const withOne = { ...(JSON.parse(await text()) as object), dependencies: [dependency] };
    await writeFile(path.join(workingDirectory, 'lock.json'), JSON.stringify(withOne));
    expect(await lock({}, 'check')).toEqual([]);
    expect(await lock({}, 'update')).toEqual([]);
    await runImage('run');
    expect(await lock({}, 'update')).toMatchObject([{ kind: 'moved' }, { kind: 'dependency-removed', dependency }]);
    expect(await text()).not.toContain('dependencies');
  });

  it('has nothing to check where there is none', async () => {
    const { registry, lock } = await lockWorld();
    await expect(lock({}, 'check')).rejects.toThrow('lock-file: "lock.json" does not exist');
    expect(registry.requests()).toEqual([]);
  });

  it('is not looked up where it can not be written', async () => {
    const { registry, lock } = await lockWorld();
    await expect(lock({}, 'keep', { file: 'no/lock.json' })).rejects.toThrow(
      /^lock-file: "no\/lock.json" can't be written/,
    );
    await expect(lock({}, 'keep', { imagesLock: 'no/images.yml' })).rejects.toThrow(
      /^images-lock: "no\/images.yml" can't/,
    );
    expect(registry.requests()).toEqual([]);
  });

  it('keeps a digest whose tag has moved, and says when it is gone', async () => {
    const { registry, shelf, repository, lock, push, runImage } = await lockWorld();
    const builder = await push({ runImages: [{ image: image(registry.host, 'run') }] });
    await runImage('run');
    await lock();
    await pushImage(shelf, repository('builder'), {}, '1');
    expect(await lock()).toEqual([]);
    await shelf.client.deleteManifest(repository('builder'), builder.digest);
    await expect(lock()).rejects.toThrow(`builder@${builder.digest}`);
  });

  it('believes no mirror that has something else under a digest', async () => {
    const { registry, lock, push, runImage } = await lockWorld();
    const { digest, mediaType } = await push({ runImages: [{ image: image(registry.host, 'run') }] });
    await runImage('run');
    await lock();
    const mirror = await startFakeRegistry();
    mirror.manifests.set(`builder:${digest}`, { mediaType, bytes: Buffer.from('{"schemaVersion":2}') });
    expect(await lock({ 'registry-mirrors': `${registry.host}=${mirror.host}` })).toEqual([]);
    expect(mirror.lines()).toContain(`GET /v2/builder/manifests/${digest}`);
  });

  it.each(['docker://builder:1', 'oci:.'])('can not name a builder on this machine: %s', async (builder) => {
    const { lock, workingDirectory } = await lockWorld();
    await writeFile(path.join(workingDirectory, 'index.json'), '{}');
    await expect(lock({ builder })).rejects.toThrow('is no image of a registry, and a lock names no others');
  });
});

/** A builder for each of two platforms. */
async function pushBuilders(...[shelf, repository, parts]: Parameters<typeof pushBuilder>): Promise<RawManifest> {
  const entries = [];
  for (const platform of [AMD64, ARM64]) {
    entries.push({ ...descriptorOf(await pushBuilder(shelf, repository, { ...parts, platform })), platform });
  }
  return pushManifest(shelf, repository, indexOf(entries), '1');
}

function indexOf(manifests: readonly object[]) {
  return { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
}
