import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { parseDestination } from '../../../src/airgap/load/destination.ts';
import { planPush } from '../../../src/airgap/load/push-plan.ts';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { rawManifest } from '../../../src/image/manifest.ts';
import { digestOf, hexOf, parseReference } from '../../../src/reference/index.ts';
import { bundleInMemory } from '../bundle-in-memory.ts';

const EMPTY = Buffer.from('{}');
const BLOB = { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(EMPTY), size: EMPTY.length };

/** Attachments of so many images, which share their configuration. */
function bundleOf(count: number) {
  const root = rawManifest(EMPTY, MEDIA_TYPE.ociManifest);
  const tree = { root, manifests: [root], blobs: [BLOB], isSparse: false };
  const attachments = Array.from({ length: count }, (_, index) => {
    return { reference: parseReference(`builders.example/app-${index}:1`), tree };
  });
  const source = bundleInMemory({ [`blobs/sha256/${hexOf(BLOB.digest)}`]: EMPTY });
  return { digest: BLOB.digest, source, lock: { images: [] }, facts: {}, images: [], attachments };
}

/** Has the blob in these repositories; tells how many questions came at once. */
function registryWith(paths: readonly string[]) {
  let open = 0;
  const seen = { most: 0, asked: 0 };
  const hasBlob = async ({ path }: { readonly path: string }) => {
    open += 1;
    seen.asked += 1;
    seen.most = Math.max(seen.most, open);
    await setImmediate();
    open -= 1;
    return paths.includes(path);
  };
  return { hasBlob, seen };
}

it('asks for a blob of many repositories a few questions at a time', async () => {
  const { hasBlob, seen } = registryWith([]);
  await planPush(bundleOf(100), parseDestination('registry.corp/mirror'), { hasBlob });
  expect(seen.asked).toBe(100);
  expect(seen.most).toBeLessThanOrEqual(12);
});

it('sends a blob where it lacks, from where it is', async () => {
  const { hasBlob } = registryWith(['mirror/builders.example/app-1']);
  const plan = await planPush(bundleOf(3), parseDestination('registry.corp/mirror'), { hasBlob });
  expect(plan).toMatchObject({
    blobs: [
      {
        missing: [{ path: /app-0$/ }, { path: /app-2$/ }].map(({ path }) => ({
          path: expect.stringMatching(path) as string,
        })),
        from: { path: expect.stringMatching(/app-1$/) as string },
      },
    ],
    present: BLOB.size,
  });
});
