import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { choosePlatforms } from '../../../packages/core/src/airgap/content/platform-choice.ts';
import { fallbackTag } from '../../../packages/core/src/airgap/content/attachments.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import type { RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { hexOf } from '../../../packages/core/src/reference/index.ts';
import { command } from '../../bench/command.ts';
import { crane } from '../../bench/images.ts';
import { requiresSkopeo } from '../../support/requires.ts';
import {
  AMD64,
  ARM64,
  bytes,
  descriptorOf,
  locked,
  lockOf,
  pushArtifact,
  pushImage,
  pushIndex,
  pushManifest,
} from './fixture.ts';
import { bundle, bundleTarget, load, places, type Places } from './setup.ts';

/** A manifest as crane reads it from the registry of the closed network. */
async function readByCrane({ source, target }: Places, rest: string): Promise<string> {
  const name = `${target.host}/mirror/${source.host.replace(':', '_')}/${rest}`;
  return crane(['manifest', name], name);
}

function textOf(raw: RawManifest): string {
  return Buffer.from(raw.bytes).toString();
}

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

  it('that holds an index takes along what is chosen inside', () => {
    const inner = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: `sha256:${'1'.repeat(64)}`,
      size: 1,
    } as const;
    const choice = choosePlatforms([AMD64]);
    expect(choice.childrenOf({ mediaType: inner.mediaType, manifests: [inner] }, 'x')).toEqual([inner]);
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

  it('that its registry has removed is named', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const lock = lockOf(locked(`${all.source.host}/team/base:1`, image));
    await all.shelf.client.deleteManifest(all.repository, image.digest);
    const bundling = bundle(lock, bundleTarget(all.directory, 'tar'));
    await expect(bundling).rejects.toThrow(`${all.source.host}/team/base:1 no longer has the digest ${image.digest}`);
  });
});

describe('what is attached to an image', () => {
  it.each([
    ['the API', 'the API'],
    ['the API', 'tags'],
    ['tags', 'the API'],
    ['tags', 'tags'],
  ] as const)('goes from a registry with %s to one with %s', async (from, to) => {
    const all = await places({ from, to });
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const bill = await pushArtifact(all.shelf, all.repository, { subject: image });
    const signature = await pushArtifact(all.shelf, all.repository, { subject: bill });
    if (from === 'tags') {
      for (const [subject, referrer] of [
        [image, bill],
        [bill, signature],
      ] as const) {
        const index = {
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          manifests: [descriptorOf(referrer)],
        };
        await pushManifest(all.shelf, all.repository, index, fallbackTag(subject.digest));
      }
    }
    const output = bundleTarget(all.directory, 'tar');
    await bundle(lockOf(locked(`${all.source.host}/team/base:1`, image)), output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(await referrersByFetch(all, image, to)).toEqual([bill.digest]);
    expect(await referrersByFetch(all, bill, to)).toEqual([signature.digest]);
  });

  it('goes along though the list names what is gone', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const [bill, gone] = [
      await pushArtifact(all.shelf, all.repository, { subject: image }),
      await pushArtifact(all.shelf, all.repository, { subject: image }),
    ];
    const manifests = [bill, gone].map(descriptorOf);
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
    await pushManifest(all.shelf, all.repository, index, fallbackTag(image.digest));
    await all.shelf.client.deleteManifest(all.repository, gone.digest);
    const output = bundleTarget(all.directory, 'tar');
    await bundle(lockOf(locked(`${all.source.host}/team/base:1`, image)), output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(await referrersByFetch(all, image, 'tags')).toEqual([bill.digest]);
  });

  it.each(['sig', 'att', 'sbom'])('goes along under the tag that cosign gives it: .%s', async (ending) => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const tag = `${fallbackTag(image.digest)}.${ending}`;
    const signature = await pushArtifact(all.shelf, all.repository, {}, tag);
    const output = bundleTarget(all.directory, 'directory');
    const { attachments } = await bundle(lockOf(locked(`${all.source.host}/team/base:1`, image)), output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(attachments).toBe(1);
    expect(await readByCrane(all, `team/base:${tag}`)).toBe(textOf(signature));
  });

  it('does not replace what the closed network has signed for itself', async () => {
    const all = await places();
    const image = await pushImage(all.shelf, all.repository, {}, '1');
    const tag = `${fallbackTag(image.digest)}.sig`;
    await pushArtifact(all.shelf, all.repository, {}, tag);
    const there = { registry: all.target.host, path: `mirror/${all.source.host.replace(':', '_')}/team/base` };
    const own = await pushArtifact({ ...all.shelf, host: all.target.host }, there, {}, tag);
    const output = bundleTarget(all.directory, 'directory');
    await bundle(lockOf(locked(`${all.source.host}/team/base:1`, image)), output);
    await load(output.path, `${all.target.host}/mirror`);
    expect(await readByCrane(all, `team/base:${tag}`)).toBe(textOf(own));
  });
});

/** Asked by hand, as any other client would. */
async function referrersByFetch(
  { source, target }: Places,
  subject: RawManifest,
  way: 'the API' | 'tags',
): Promise<readonly string[]> {
  const place = `http://${target.host}/v2/mirror/${source.host.replace(':', '_')}/team/base`;
  const url =
    way === 'tags' ? `${place}/manifests/${fallbackTag(subject.digest)}` : `${place}/referrers/${subject.digest}`;
  const answer = await fetch(url, { headers: { accept: 'application/vnd.oci.image.index.v1+json' } });
  const { manifests = [] } = (await answer.json()) as { manifests?: readonly { digest: string }[] };
  return manifests.map(({ digest }) => digest);
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
