import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { directoryItem, fileItem, unpackImage, type UnpackOptions } from '../../../packages/core/src/archive/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { imageOf, type LayerFacts } from '../../../packages/core/test/archive/image.ts';
import { tarOf } from '../../../packages/core/test/archive/support.ts';

function unpack(layer: LayerFacts, options: Partial<UnpackOptions> = {}): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'bomb-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const { signal } = new AbortController();
  return unpackImage(imageOf([layer]), root, { owners: false, log: SILENT_LOG, signal, ...options });
}

describe('an image that is too much is refused, and its layer named', () => {
  it.each(['gzip', 'zstd'] as const)('when a layer in %s grows a thousandfold', async (compression) => {
    const tar = await tarOf([fileItem('zeros', Buffer.alloc(300 * 1024 ** 2))]);

    await expect(unpack({ tar, compression })).rejects.toMatchObject({
      code: 'image',
      message: expect.stringMatching(
        /^the layer sha256:\w+ of memory is refused: .*larger than 268435456 bytes/,
      ) as string,
    });
  });

  it('when a header claims more than there may be, before anything is written of it', async () => {
    const tar = await tarOf([fileItem('small', 'x')]);
    const lie = Buffer.from(tar);
    lie.write('77777777777', 124, 'latin1');
    const sum = 8 * 0x20 + lie.subarray(0, 512).reduce((all, byte, at) => (at < 148 || at > 155 ? all + byte : all), 0);
    lie.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');

    await expect(unpack({ tar: lie }, { limits: { entries: 10, bytes: 1024 ** 2 } })).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('more than 1048576 bytes') as string,
    });
  });

  it('when it has a million entries', async () => {
    const member = (await tarOf([directoryItem('same')])).subarray(0, 512);
    const tar = Buffer.concat([Buffer.alloc(1_000_000 * 512, member), Buffer.alloc(1024)]);

    await expect(unpack({ tar, compression: 'none' })).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('more than 500000 entries') as string,
    });
  });
});
