import { describe, expect, it } from 'vitest';
import { fallbackTag } from '../../../packages/core/src/airgap/content/attachments.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import type { Lock } from '../../../packages/core/src/lock/lock.ts';
import type { Registry } from '../../bench/registry.ts';
import type { RegistryRequest } from '../../bench/registry-gate.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { startForTest } from '../registry/client.ts';
import {
  AMD64,
  bytes,
  descriptorOf,
  locked,
  lockOf,
  pushArtifact,
  pushImage,
  pushIndex,
  pushManifest,
} from './fixture.ts';
import { bundle, bundleTarget, load, shelfOf } from './setup.ts';

/** What was asked, as `HEAD /v2/team/base/blobs/sha256:…`, but for the beginnings of uploads, which are all alike. */
function questions(registry: Registry): readonly string[] {
  return registry
    .requests()
    .map(({ method, path: url }) => `${method} ${url}`)
    .filter((text) => !text.endsWith('/blobs/uploads/'));
}

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

const isRead = ({ method, path: url }: RegistryRequest) => method === 'GET' && url.includes('/blobs/sha256:');
const isUpload = ({ method, path: url }: RegistryRequest) => method === 'PUT' && url.includes('/blobs/uploads/');
const isMount = ({ method, path: url }: RegistryRequest) => method === 'POST' && url.includes('mount=');
const isBlobQuestion = ({ method, path: url }: RegistryRequest) => method === 'HEAD' && url.includes('/blobs/sha256:');

/** The blobs that such requests are about, in the order of their digests. */
function blobsOf(registry: Registry, isMeant: (request: RegistryRequest) => boolean): readonly string[] {
  const urls = registry.requests().filter(isMeant);
  return urls.map(({ path: url }) => /sha256:([0-9a-f]{64})/.exec(decodeURIComponent(url))?.[1] ?? '').sort();
}

/** An index with an attestation, an image with a bill of materials, and one of another repository that shares a layer with that. */
async function connected(): Promise<{ readonly source: Registry; readonly lock: Lock }> {
  const source = await startForTest();
  const shelf = shelfOf(source);
  const [base, tools] = [
    { registry: source.host, path: 'team/base' },
    { registry: source.host, path: 'team/tools' },
  ];
  const shared = bytes(20_000);
  const { index, amd64, arm64 } = await pushIndex(shelf, base, '1');
  const image = await pushImage(shelf, base, { layers: [shared, bytes(500)] }, '2');
  const bill = await pushArtifact(shelf, base, { subject: image });
  const referrers = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [descriptorOf(bill)] };
  await pushManifest(shelf, base, referrers, fallbackTag(image.digest));
  const tool = await pushImage(shelf, tools, { layers: [shared], platform: AMD64 }, '1');
  source.forget();
  const name = (rest: string) => `${source.host}/team/${rest}`;
  const lock = lockOf(
    locked(name('base:1'), index, [amd64, arm64]),
    locked(name('base:2'), image),
    locked(name('tools:1'), tool),
  );
  return { source, lock };
}

describe.each(['directory', 'tar', 'parts'] as const)('a bundle as a %s', (form) => {
  it('asks its registries for everything once', async () => {
    const { source, lock } = await connected();
    const output = bundleTarget(await temporaryDirectory(), form);
    const { fetched } = await bundle(lock, output);
    expect(repeated(questions(source))).toEqual([]);
    const down = source.requests().filter(isRead);
    expect(down.reduce((sum, { downloaded }) => sum + downloaded, 0)).toBe(fetched);
    expect(blobsOf(source, isBlobQuestion)).toEqual([]);
  });

  it('is loaded with each blob sent once, and asked for once in each repository', async () => {
    const { source, lock } = await connected();
    const output = bundleTarget(await temporaryDirectory(), form);
    const { fetched } = await bundle(lock, output);
    const target = await startForTest();
    const { uploaded } = await load(output.path, target.host);
    expect(uploaded).toBe(fetched);
    const up = target.requests().filter(isUpload);
    expect(up.reduce((sum, { uploaded: sent }) => sum + sent, 0)).toBe(fetched);
    expect(blobsOf(target, isUpload)).toEqual(blobsOf(source, isRead));
    expect(repeated(questions(target))).toEqual([]);
    // What both repositories have: the layer.
    expect(blobsOf(target, isMount)).toHaveLength(1);
    expect(blobsOf(target, isBlobQuestion)).toHaveLength(up.length + 1);
  });
});
