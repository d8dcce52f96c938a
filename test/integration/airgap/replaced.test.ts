import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { startForTest } from '../registry/client.ts';
import { locked, lockOf, pushImage } from './fixture.ts';
import { bundle, bundleTarget, shelfOf } from './setup.ts';

/** Whoever carries it, or names a part of it, would take the earlier bundle for the new one. */
it.each([
  ['one tar', 'tar', 'parts'],
  ['parts', 'parts', 'tar'],
] as const)('a bundle written as %s leaves nothing of the one that had its name', async (_what, form, before) => {
  const source = await startForTest();
  const image = await pushImage(shelfOf(source), { registry: source.host, path: 'team/base' }, {}, '1');
  const lock = lockOf(locked(`${source.host}/team/base:1`, image));
  const [directory, fresh] = [await temporaryDirectory(), await temporaryDirectory()];
  await bundle(lock, bundleTarget(directory, before));
  await bundle(lock, bundleTarget(directory, form));
  await bundle(lock, bundleTarget(fresh, form));
  expect(await readdir(directory)).toEqual(await readdir(fresh));
});
