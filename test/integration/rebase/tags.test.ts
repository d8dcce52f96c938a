import { describe, expect, it } from 'vitest';
import { crane } from '../../bench/images.ts';
import { rebaseFailure, rebaseFigures, rebasedReferences, renderRebase } from '../../../packages/core/src/index.ts';
import type { Intercept } from '../../bench/registry-gate.ts';
import type { Registry } from '../../bench/registry.ts';
import { pushArtifact, type Shelf } from '../airgap/fixture.ts';
import { shelfOf, startReferrersRegistry } from '../airgap/setup.ts';
import { startForTest } from '../registry/client.ts';
import { type AppOptions, pushApp, pushBase, type PushedBase, rebase } from './fixture.ts';

interface Place {
  readonly host: string;
  readonly shelf: Shelf;
  readonly base: PushedBase;
  /** `registry/app:1` */
  readonly image: string;
  readonly digest: (tag: string) => Promise<string | undefined>;
}

/** An outdated app in the repository `app`. */
async function outdated(registry: Pick<Registry, 'host'>, app: AppOptions = {}): Promise<Place> {
  const { host } = registry;
  const shelf = shelfOf({ host });
  const [run, repository] = [
    { registry: host, path: 'run' },
    { registry: host, path: 'app' },
  ];
  const base = await pushBase(shelf, run);
  await pushApp(shelf, repository, base, app);
  await pushBase(shelf, run);
  const digest = async (tag: string) => (await shelf.client.headManifest({ kind: 'tag', repository, tag }))?.digest;
  return { host, shelf, base, image: `${host}/app:1`, digest };
}

describe('tags of one image', () => {
  it('move together, and it is rebased once', async () => {
    const { host, digest, image } = await outdated(await startForTest(), { tags: ['1', '1.2', 'latest'] });
    const { images } = await rebase([image, `${host}/app:latest`, `${host}/app:1.2`]);
    expect(images).toMatchObject([{ state: 'rebased', tags: ['1', '1.2', 'latest'] }]);
    expect(await digest('1')).toBe(await digest('latest'));
    expect(await digest('1')).toBe((images[0] as { after: string }).after);
  });

  it('stay where nobody names them', async () => {
    const { digest, image } = await outdated(await startForTest(), { tags: ['1', '1.2'] });
    const before = await digest('1.2');
    await rebase([image]);
    expect(await digest('1.2')).toBe(before);
    expect(await digest('1')).not.toBe(before);
  });
});

describe('the old image', () => {
  it('is kept under another tag if wanted, and left out when all are rebased', async () => {
    const { host, digest, image } = await outdated(await startForTest());
    const before = await digest('1');
    const { images } = await rebase([image], { keepOldAs: '{tag}-before-{digest}' });
    const rollback = `1-before-${String(before).slice(7, 19)}`;
    expect(images).toMatchObject([{ movedTags: [{ tag: '1', rollback }] }]);
    expect(await digest(rollback)).toBe(before);

    const all = await rebase([], { prefixes: [`${host}/app`], runImages: [`${host}/run`], mode: 'check' });
    expect(all.images).toMatchObject([{ state: 'current', tags: ['1'] }]);
  });

  it('is kept as well when it is the second of a day', async () => {
    const { shelf, host, digest, image } = await outdated(await startForTest());
    const first = await digest('1');
    const [one] = (await rebase([image], { keepOldAs: '{tag}-before-{date}' })).images;
    const second = await digest('1');
    await pushBase(shelf, { registry: host, path: 'run' });
    const [two] = (await rebase([image], { keepOldAs: '{tag}-before-{date}' })).images;
    const [kept] = one?.state === 'rebased' ? one.movedTags.map(({ rollback = '' }) => rollback) : [];
    const also = `${kept ?? ''}-${String(second).slice(7, 19)}`;
    expect(two).toMatchObject({ movedTags: [{ tag: '1', rollback: also }] });
    expect([await digest(kept ?? ''), await digest(also)]).toEqual([first, second]);
  });

  it('is what the tag leads to, where another one is rebased', async () => {
    const { shelf, host, digest, image } = await outdated(await startForTest());
    const broken = await pushArtifact(shelf, { registry: host, path: 'app' }, {}, '2');
    const inputs = { 'previous-image': image };
    const { images } = await rebase([`${host}/app:2`], { inputs, keepOldAs: '{tag}-before-{digest}' });
    const rollback = `2-before-${broken.digest.slice(7, 19)}`;
    expect(images).toMatchObject([{ movedTags: [{ tag: '2', rollback }] }]);
    expect(await digest(rollback)).toBe(broken.digest);
    expect(await digest('2')).toBe((images[0] as { after: string }).after);
  });

  it('takes no tag that others have', async () => {
    const { shelf, host, digest, image } = await outdated(await startForTest());
    const before = await digest('1');
    const short = String(before).slice(7, 19);
    const foreign = [`1-old-${short}`, `1-old-${short}-${short}`];
    for (const tag of foreign) await pushArtifact(shelf, { registry: host, path: 'app' }, {}, tag);
    const theirs = await Promise.all(foreign.map(digest));
    expect((await rebase([image], { keepOldAs: '{tag}-old-{digest}' })).images).toMatchObject([
      { state: 'failed', code: 'image', message: expect.stringContaining('keep other images') as string },
    ]);
    expect(await Promise.all(foreign.map(digest))).toEqual(theirs);
    expect(await digest('1')).toBe(before);
  });

  it('has its signatures listed, by the API of referrers', async () => {
    const { image, shelf, host, digest } = await outdated(await startReferrersRegistry());
    const repository = { registry: host, path: 'app' };
    const before = await shelf.client.ownManifest({ kind: 'tag', repository, tag: '1' });
    const bill = await pushArtifact(shelf, repository, before === undefined ? {} : { subject: before });
    const { images } = await rebase([image]);
    expect(images).toMatchObject([
      { attachments: [{ about: before?.digest, name: bill.digest, artifactType: expect.any(String) as string }] },
    ]);
    expect(await digest('1')).not.toBe(before?.digest);
  });

  it('has its signatures listed, by their tags', async () => {
    const { image, shelf, host, digest } = await outdated(await startForTest());
    const name = `${String(await digest('1')).replace(':', '-')}.sig`;
    await pushArtifact(shelf, { registry: host, path: 'app' }, {}, name);
    expect((await rebase([image])).images).toMatchObject([{ attachments: [{ name }] }]);
  });
});

describe('a tag', () => {
  it('that somebody else has moved meanwhile is left alone', async () => {
    let meddle: (() => Promise<unknown>) | undefined;
    const intercept: Intercept = async ({ method, path }) => {
      if (method !== 'PUT' || !path.includes('/manifests/sha256:')) return undefined;
      const act = meddle;
      meddle = undefined;
      await act?.();
      return undefined;
    };
    const registry = await startForTest({ intercept });
    const { image, digest, shelf, host } = await outdated(registry);
    const other = `${registry.backDoor}/run:1`;
    meddle = () => crane(['copy', other, `${registry.backDoor}/app:1`], other);
    const { images } = await rebase([image], { keepOldAs: '{tag}-before-{digest}' });
    expect(await shelf.client.tags({ registry: host, path: 'app' }, new AbortController().signal)).toEqual(['1']);
    expect(images).toMatchObject([
      { state: 'failed', code: 'temporary', message: expect.stringContaining('somebody else') as string },
    ]);
    expect(await digest('1')).toBe((await crane(['digest', other], other)).trim());
  });

  it('does not move when the registry does not show what it took', async () => {
    let isForgetful = false;
    const intercept: Intercept = ({ method, path }) =>
      isForgetful && method === 'HEAD' && path.includes('/manifests/sha256:') ? { status: 404 } : undefined;
    const { image, digest } = await outdated(await startForTest({ intercept }));
    const before = await digest('1');
    isForgetful = true;
    expect((await rebase([image])).images).toMatchObject([{ state: 'failed', code: 'registry' }]);
    expect(await digest('1')).toBe(before);
  });
});

describe('a tag that the registry lets nobody move', () => {
  const TAGS = ['1', '1.0.0', 'latest'];

  /** Once it is locked, the registry takes nothing more for the tag. */
  async function immutable(locked: string) {
    let isLocked = false;
    const intercept: Intercept = ({ method, path }) =>
      isLocked && method === 'PUT' && path.endsWith(`/manifests/${locked}`)
        ? { status: 412, body: '{"errors":[{"code":"PRECONDITION","message":"the tag is immutable"}]}' }
        : undefined;
    const place = await outdated(await startForTest({ intercept }), { tags: TAGS });
    isLocked = true;
    const images = TAGS.map((tag) => `${place.host}/app:${tag}`);
    return { ...place, again: () => rebase(images, { keepOldAs: '{tag}-before-{date}' }) };
  }

  it('leaves the others to move, and what was done is told', async () => {
    const { again, digest, host } = await immutable('1.0.0');
    const before = await digest('1');
    const report = await again();
    const after = await digest('1');
    expect([await digest('1.0.0'), await digest('latest')]).toEqual([before, after]);
    expect(after).not.toBe(before);
    const movedTags = ['1', 'latest'].map((tag) => ({
      tag,
      rollback: expect.stringMatching(`${tag}-before-`) as string,
    }));
    expect(report.images).toMatchObject([{ state: 'failed', tags: TAGS, done: { before, after, movedTags } }]);
    expect([rebaseFigures(report), rebasedReferences(report)]).toEqual([
      { rebased: 1, outdated: 0, failed: 1 },
      [`${host}/app@${String(after)}`],
    ]);
    const text = renderRebase(report).join('\n');
    expect(text).toMatch(/app:1,1\.0\.0,latest failed for 1\.0\.0: .*immutable/);
    expect(text).toMatch(/ {2}1,latest moved: sha256:\w{12} -> sha256:\w{12}\n/);
    expect(rebaseFailure(report)?.hint).toContain('which tags have moved');
  });

  it('has its image kept once, whatever day it is', async () => {
    const { again, shelf, host, image } = await immutable('1.0.0');
    const kept = '1.0.0-before-20260101';
    await crane(['copy', image, `${host}/app:${kept}`], image);
    await again();
    const { images } = await again();
    expect(images.map(({ state, tags }) => [state, tags])).toEqual([
      ['current', ['1', 'latest']],
      ['failed', ['1.0.0']],
    ]);
    expect(images[1]).not.toHaveProperty('done');
    const tags = await shelf.client.tags({ registry: host, path: 'app' }, new AbortController().signal);
    expect(tags.filter((tag) => tag.startsWith('1.0.0-before-'))).toEqual([kept]);
  });
});

it('a run that is ended between two tags tells which has moved', async () => {
  const stop = new AbortController();
  let isRunning = false;
  const intercept: Intercept = ({ method, path }) => {
    if (!isRunning || method !== 'PUT' || !path.endsWith('/manifests/latest')) return undefined;
    stop.abort();
    return new Promise(() => undefined);
  };
  const { host, image, digest } = await outdated(await startForTest({ intercept }), { tags: ['1', 'latest'] });
  isRunning = true;
  const { images } = await rebase([image, `${host}/app:latest`], {}, { signal: stop.signal });
  expect(images).toMatchObject([
    { state: 'failed', code: 'cancelled', done: { after: await digest('1'), movedTags: [{ tag: '1' }] } },
  ]);
});

describe('nothing is changed', () => {
  const writes = (registry: Registry) =>
    registry.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD');

  it.each(['check', 'dry-run'] as const)('by --%s', async (mode) => {
    const registry = await startForTest();
    const { image } = await outdated(registry);
    registry.forget();
    expect((await rebase([image], { mode })).images).toMatchObject([{ state: 'outdated' }]);
    expect(writes(registry)).toEqual([]);
  });

  it('where we may not push', async () => {
    let isClosed = false;
    const intercept: Intercept = ({ method, path }) =>
      isClosed && method !== 'GET' && method !== 'HEAD' && path.startsWith('/v2/app/')
        ? { status: 403, body: '{"errors":[{"code":"DENIED","message":"not yours"}]}' }
        : undefined;
    const registry = await startForTest({ intercept });
    const { image, digest } = await outdated(registry);
    const before = await digest('1');
    isClosed = true;
    registry.forget();
    expect((await rebase([image])).images).toMatchObject([{ state: 'failed', code: 'denied' }]);
    expect(await digest('1')).toBe(before);
    expect(registry.requests().every(({ downloaded }) => downloaded < 4000)).toBe(true);
  });

  it('by an image that does not exist, and others are rebased', async () => {
    const { host, image } = await outdated(await startForTest());
    const { images } = await rebase([`${host}/nothing:1`, image]);
    expect(images).toMatchObject([{ state: 'rebased' }, { state: 'failed', code: 'input', tags: ['1'] }]);
  });
});

describe('an image below a prefix', () => {
  it('that is no app is left out', async () => {
    const { host } = await outdated(await startForTest());
    const { images } = await rebase([], { prefixes: [host], runImages: [`${host}/run`] });
    expect(images.map(({ repository, state }) => [repository, state])).toEqual([
      [`${host}/app`, 'rebased'],
      [`${host}/run`, 'skipped'],
    ]);
  });

  it('can be chosen by its tag', async () => {
    const { host } = await outdated(await startForTest(), { tags: ['1', 'v2', 'v3'] });
    const { images } = await rebase([], { prefixes: [host], runImages: [`${host}/run`], tags: ['v*'] });
    expect(images).toMatchObject([{ state: 'rebased', tags: ['v2', 'v3'] }]);
  });
});

describe('the age of the run image', () => {
  const DAY = 24 * 3_600_000;
  it.each([
    ['10', 'rebased'],
    ['30', 'skipped'],
  ])('with --older-than %s, of 20 days: %s', async (olderThan, state) => {
    const { host } = await startForTest();
    const shelf = shelfOf({ host });
    const created = new Date(Date.now() - 20 * DAY).toISOString();
    const base = await pushBase(shelf, { registry: host, path: 'run' }, { created });
    await pushApp(shelf, { registry: host, path: 'app' }, base);
    await pushBase(shelf, { registry: host, path: 'run' });
    expect((await rebase([`${host}/app:1`], { olderThan })).images).toMatchObject([{ state }]);
  });
});
