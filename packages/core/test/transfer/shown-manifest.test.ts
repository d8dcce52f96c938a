import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { type Digest, digestOf, type Repository } from '../../src/reference/index.ts';
import { requireShown } from '../../src/transfer/shown-manifest.ts';

const REPOSITORY: Repository = { registry: 'r.example', path: 'app' };
const [PUT, OTHER] = [digestOf(Buffer.from('put')), digestOf(Buffer.from('other'))];

function look(shown: Digest | undefined): Promise<void> {
  const head: Descriptor | undefined = shown && { mediaType: MEDIA_TYPE.ociManifest, digest: shown, size: 1 };
  return requireShown(PUT, REPOSITORY, { headManifest: () => Promise.resolve(head) });
}

describe('a manifest that was put', () => {
  it('is fine when the repository shows it', async () => {
    await expect(look(PUT)).resolves.toBeUndefined();
  });

  it.each([
    ['nothing', undefined],
    ['another one', OTHER],
  ])('is told as lost when the repository shows %s', async (_, shown) => {
    await expect(look(shown)).rejects.toMatchObject({
      code: 'registry',
      message: expect.stringContaining(PUT) as string,
    });
  });
});
