import { describe, expect, it } from 'vitest';
import { type Descriptor, rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { type Digest, digestOf, type Repository } from '../../src/reference/index.ts';
import { putShown } from '../../src/transfer/shown-manifest.ts';

const REPOSITORY: Repository = { registry: 'r.example', path: 'app' };
const PUT = rawManifest(Buffer.from('put'), MEDIA_TYPE.ociManifest);
const OTHER = digestOf(Buffer.from('other'));

function put(shown: Digest | undefined): Promise<void> {
  const head: Descriptor | undefined = shown && { mediaType: MEDIA_TYPE.ociManifest, digest: shown, size: 1 };
  return putShown(PUT, REPOSITORY, {
    headManifest: () => Promise.resolve(head),
    putManifest: () => Promise.resolve(),
  });
}

describe('a manifest that was put', () => {
  it('is fine when the repository shows it', async () => {
    await expect(put(PUT.digest)).resolves.toBeUndefined();
  });

  it.each([
    ['nothing', undefined],
    ['another one', OTHER],
  ])('is told as lost when the repository shows %s', async (_, shown) => {
    await expect(put(shown)).rejects.toMatchObject({
      code: 'registry',
      message: expect.stringContaining(PUT.digest) as string,
    });
  });
});
