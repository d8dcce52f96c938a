import { describe, expect, it } from 'vitest';
import { fallbackTag } from '../../../packages/core/src/airgap/content/attachments.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { type RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { descriptorOf, locked, lockOf, pushArtifact, pushImage, pushManifest } from './fixture.ts';
import { bundle, bundleTarget, load, places, type Places, readByCrane, textOf } from './setup.ts';

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
