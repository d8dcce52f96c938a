import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isIndexType, MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { parseManifest, type RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { type Digest, digestOf, hexOf } from '../../../packages/core/src/reference/index.ts';
import { command } from '../../bench/command.ts';
import { requiresSkopeo } from '../../support/requires.ts';
import { AMD64, ARM64, bytes, descriptorOf, locked, lockOf, pushImage, pushIndex, pushManifest } from './fixture.ts';
import { bundle, bundleTarget, load, places, readByCrane, textOf } from './setup.ts';

describe('an index', () => {
  it.each(['directory', 'tar', 'parts'] as const)('arrives byte for byte by a %s', async (form) => {
    const all = await places();
    const { index, amd64, arm64, attestation } = await pushIndex(all.shelf, all.repository, '1');
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, index, [amd64, arm64]));
    const output = bundleTarget(all.directory, form);
    await bundle(lock, output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(await readByCrane(all, 'team/base:1')).toBe(textOf(index));
    for (const raw of [amd64, arm64, attestation]) {
      expect(await readByCrane(all, `team/base@${raw.digest}`)).toBe(textOf(raw));
    }
  });

  it('with one platform chosen keeps its digest in the lock and leads to the image', async () => {
    const all = await places();
    const { index, amd64, arm64, attestation } = await pushIndex(all.shelf, all.repository, '1');
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, index, [amd64, arm64]));
    const output = bundleTarget(all.directory, 'directory');
    await bundle(lock, output, { platforms: [AMD64] });
    const blobs = await readdir(path.join(output.path, 'blobs/sha256'));
    expect(blobs).toContain(hexOf(index.digest));
    expect(blobs).toContain(hexOf(attestation.digest));
    expect(blobs).not.toContain(hexOf(arm64.digest));

    // distribution takes no index without all of its images.
    const { images } = await load(output.path, `${all.target.host}/mirror`);
    expect(images.map(({ digest }) => digest)).toEqual([amd64.digest]);
    expect(await readByCrane(all, 'team/base:1')).toBe(textOf(amd64));
    expect(await readFile(path.join(output.path, 'buildpacks-ci.lock.json'), 'utf8')).toContain(index.digest);
  });

  it('without the platform that was chosen is refused', async () => {
    const all = await places();
    const { index, amd64, arm64 } = await pushIndex(all.shelf, all.repository, '1');
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, index, [amd64, arm64]));
    const bundling = bundle(lock, bundleTarget(all.directory, 'tar'), {
      platforms: [{ ...ARM64, architecture: 's390x' }],
    });
    await expect(bundling).rejects.toThrow(
      /team\/base:1" has no image for linux\/s390x, only for linux\/amd64, linux\/arm64/,
    );
  });

  it('that is not what the lock says is refused', async () => {
    const all = await places();
    const { index, amd64, arm64 } = await pushIndex(all.shelf, all.repository, '1');
    const image = locked(`${all.source.host}/team/base:1`, index, [amd64, arm64]);
    const [first, ...others] = image.platforms;
    const edited = { ...first, platform: AMD64, digest: `sha256:${'0'.repeat(64)}` } as const;
    const bundling = bundle(lockOf({ ...image, platforms: [edited, ...others] }), bundleTarget(all.directory, 'tar'));
    await expect(bundling).rejects.toThrow(
      /the lock says that \S+ has the manifest sha256:0{64}, and sha256:\w+ has not/,
    );
  });

  it('that holds an index takes along what is chosen inside', async () => {
    const all = await places();
    const { index: inner, amd64, arm64, attestation } = await pushIndex(all.shelf, all.repository);
    const manifests = [descriptorOf(inner)];
    const outer = await pushManifest(
      all.shelf,
      all.repository,
      { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests } as never,
      '1',
    );
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, outer, [amd64, arm64]));
    const output = bundleTarget(all.directory, 'directory');
    await bundle(lock, output, { platforms: [AMD64] });
    const needed = [outer, inner, amd64, attestation].flatMap((raw) => [raw.digest, ...blobsOf(raw)]);
    const found = await readdir(path.join(output.path, 'blobs/sha256'));
    expect(found.sort()).toEqual([...new Set(needed.map(hexOf))].sort());
  });
});

describe('an image', () => {
  it('for another platform than was chosen is refused', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, { platform: AMD64 }, '1');
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, image));
    const bundling = bundle(lock, bundleTarget(all.directory, 'tar'), { platforms: [ARM64] });
    await expect(bundling).rejects.toThrow(/has no image for linux\/arm64, only for linux\/amd64/);
  });

  it('by tag and digest is found by both', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const output = bundleTarget(all.directory, 'tar');
    await bundle(lockOf(locked(`${all.source.host}/team/base:1@${image.digest}`, image)), output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(await readByCrane(all, 'team/base:1')).toBe(textOf(image));
    expect(await readByCrane(all, `team/base@${image.digest}`)).toBe(textOf(image));
  });

  it('stays as it was when its tag moves after it was locked', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    await pushImage(all.shelf, all.repository, {}, '1');
    const output = bundleTarget(all.directory, 'tar');
    await bundle(lockOf(locked(`${all.source.host}/team/base:1`, image)), output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(await readByCrane(all, 'team/base:1')).toBe(textOf(image));
  });

  it('shares its layers with others: each is sent once', async () => {
    const all = await places();
    const layers = [bytes(20_000)];
    const tools = { ...all.repository, path: 'team/tools' };
    const image = await pushImage(all.shelf, all.repository, { layers }, '1');
    const tool = await pushImage(all.shelf, tools, { layers, platform: ARM64 }, '1');
    const output = bundleTarget(all.directory, 'tar');
    const lock = lockOf(
      locked(`${all.source.host}/team/base:1`, image),
      locked(`${all.source.host}/team/tools:1`, tool),
    );
    const { fetched } = await bundle(lock, output);
    expect(fetched).toBeLessThan(21_500);
    const { uploaded, mounted } = await load(output.path, `${all.target.host}/mirror`);
    expect(uploaded).toBeLessThan(21_500);
    expect(mounted).toBeGreaterThan(20_000);
  });

  it('with a foreign layer that its registry lacks goes without it, and says so', async () => {
    const all = await places({ from: 'the API', to: 'the API' });
    const inner = await pushImage(all.shelf, all.repository, {});
    const { config, layers } = parseManifest(inner);
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf(bytes(10)),
      size: 10,
      urls: ['https://layers.example/base'],
    };
    const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config, layers: [...layers, foreign] };
    const image = await pushManifest(all.shelf, all.repository, manifest, '1');
    const output = bundleTarget(all.directory, 'tar');
    const warnings: string[] = [];
    const log = { ...SILENT_LOG, warn: (message: string) => void warnings.push(message) };
    await bundle(lockOf(locked(`${all.source.host}/team/base:1`, image)), output, {}, { log });
    const warning = expect.stringMatching(`${foreign.digest}.* is not in the bundle.*layers.example/base`) as string;
    expect(warnings).toEqual([warning]);
    await load(output.path, `${all.target.host}/mirror`, {}, { log });
    expect(warnings).toEqual([warning, warning]);
    expect(await readByCrane(all, 'team/base:1')).toBe(textOf(image));
  });

  it('that its registry has removed is named', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, image));
    await all.shelf.client.deleteManifest(all.repository, image.digest);
    const bundling = bundle(lock, bundleTarget(all.directory, 'tar'));
    await expect(bundling).rejects.toThrow(`${all.source.host}/team/base:1 no longer has the digest ${image.digest}`);
  });
});

function blobsOf(raw: RawManifest): readonly Digest[] {
  if (isIndexType(raw.mediaType)) return [];
  const { config, layers } = parseManifest(raw);
  return [config, ...layers].map(({ digest }) => digest);
}

requiresSkopeo('skopeo', () => {
  it('reads the same index from the connected registry, the bundle, and the closed one', async () => {
    const all = await places();
    const { index, amd64, arm64 } = await pushIndex(all.shelf, all.repository, '1');
    const name = `${all.source.host}/team/base:1`;
    const output = bundleTarget(all.directory, 'directory');
    await bundle(lockOf(locked(name, index, [amd64, arm64])), output);
    await load(output.path, `${all.target.host}/mirror`);
    const there = `${all.target.host}/mirror/${all.source.host.replace(':', '_')}/team/base:1`;
    for (const [place, flag] of [
      [`docker://${name}`, '--tls-verify=false'],
      [`oci:${output.path}:${name}`, '--raw'],
      [`docker://${there}`, '--tls-verify=false'],
    ] as const) {
      expect(await command('skopeo', ['inspect', '--raw', flag, place]), place).toBe(textOf(index));
    }
    // It hashes every blob that it copies.
    await command('skopeo', [
      'copy',
      '--all',
      '--quiet',
      '--src-tls-verify=false',
      `docker://${there}`,
      `dir:${all.directory}/copy`,
    ]);
  });
});
