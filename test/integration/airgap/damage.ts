import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { blobSizes } from './edits.ts';
import { locked, lockOf, pushArtifact, pushImage, pushIndex } from './fixture.ts';
import { bundle, bundleTarget, load, shelfOf } from './setup.ts';

export type Form = 'directory' | 'tar' | 'parts';

/** What is done to a copy of a whole bundle, and what must be said of it. */
export interface Damage {
  readonly done: string;
  /** @param layer the hex of the largest blob */
  readonly by: (bundle: string, layer: string) => Promise<void>;
  readonly named: RegExp;
}

/** A digest in a message. */
export const SHA = /sha256:[0-9a-f]{64}/.source;

export interface DamagedBundles {
  /** Does it to a copy, and expects that load names it and asks the registry for nothing. */
  refuses(damage: Damage): Promise<void>;
  /**
   * Loads an unharmed copy and tells how many images came.
   *
   * @param beside puts something beside it
   */
  loadsWhole(beside?: (bundle: string) => Promise<unknown>): Promise<number>;
}

/** A bundle in one form, and a closed registry, for one file of tests. */
export function bundlesToDamage(form: Form): DamagedBundles {
  let target: Registry;
  let whole: string;
  let layer: string;
  beforeAll(async () => {
    whole = await mkdtemp(path.join(tmpdir(), 'bundle-damage-'));
    target = await startRegistry();
    layer = await makeBundle(whole, form);
  });
  afterAll(async () => {
    await target.stop();
    await rm(whole, { recursive: true });
  });
  const copy = async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bundle-copy-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(path.join(whole, form), folder, { recursive: true });
    return bundleTarget(folder, form).path;
  };
  return {
    refuses: async ({ by, named }) => {
      const place = await copy();
      await by(place, layer);
      target.forget();
      await expect(load(place, `${target.host}/mirror`)).rejects.toThrow(named);
      expect(target.requests()).toEqual([]);
    },
    loadsWhole: async (beside) => {
      const place = await copy();
      await beside?.(place);
      return (await load(place, `${target.host}/again`)).images.length;
    },
  };
}

/** An index with an attestation and a referrer, and an image. */
async function makeBundle(whole: string, form: Form): Promise<string> {
  const source = await startRegistry();
  const shelf = shelfOf(source);
  const repository = { registry: source.host, path: 'team/base' };
  const { index, amd64, arm64 } = await pushIndex(shelf, repository, '1');
  const tool = await pushImage(shelf, { ...repository, path: 'team/tool' }, {}, '1');
  await pushArtifact(shelf, repository, { subject: index });
  const lock = lockOf(
    locked(`${source.host}/team/base:1`, index, [amd64, arm64]),
    locked(`${source.host}/team/tool:1`, tool),
  );
  for (const each of new Set([form, 'directory'] as const)) {
    const folder = path.join(whole, each);
    await mkdir(folder);
    await bundle(lock, bundleTarget(folder, each));
  }
  await source.stop();
  const sizes = await blobSizes(path.join(whole, 'directory', 'bundle'));
  return [...sizes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}
