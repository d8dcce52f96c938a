import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Digest } from '../../../packages/core/src/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { locked, lockOf, pushImage } from './fixture.ts';
import { bundle, bundleTarget, load, shelfOf } from './setup.ts';

const FORMS = ['directory', 'tar', 'parts'] as const;
const ANOTHER: Digest = `sha256:${'0'.repeat(64)}`;

describe('a bundle of which the digest is known', () => {
  let source: Registry;
  let target: Registry;
  let digest: Digest;
  let places: Readonly<Record<(typeof FORMS)[number], string>>;

  beforeEach(async () => {
    source = await startRegistry();
    onTestFinished(() => source.stop());
    target = await startRegistry();
    onTestFinished(() => target.stop());
    const image = await pushImage(shelfOf(source), { registry: source.host, path: 'team/base' }, {}, '1');
    const made = await Promise.all(
      FORMS.map(async (form) => {
        const output = bundleTarget(await temporaryDirectory(), form);
        return { path: output.path, ...(await bundle(lockOf(locked(`${source.host}/team/base:1`, image)), output)) };
      }),
    );
    const [directory = '', tar = '', parts = ''] = made.map(({ path: place }) => place);
    places = { directory, tar, parts };
    digest = made[0]?.digest ?? ANOTHER;
  });

  it.each(FORMS)('is loaded by it, in each form by the same (%s)', async (form) => {
    expect(await load(places[form], target.host, { expected: digest })).toMatchObject({ digest });
  });

  it.each(FORMS)(
    'is refused with both digests when another one is expected, and asks the registry nothing (%s)',
    async (form) => {
      const refusal = load(places[form], target.host, { expected: ANOTHER });
      await expect(refusal).rejects.toMatchObject({
        code: 'policy',
        message: expect.stringContaining(digest) as string,
      });
      await expect(refusal).rejects.toThrow(ANOTHER);
      expect(target.requests()).toEqual([]);
    },
  );

  it('is refused for its sums before anything else in it is looked at', async () => {
    await appendFile(path.join(places.directory, 'index.json'), ' ');
    await expect(load(places.directory, target.host, { expected: ANOTHER })).rejects.toMatchObject({ code: 'policy' });
    await expect(load(places.directory, target.host, { expected: digest })).rejects.toMatchObject({ code: 'image' });
  });
});
