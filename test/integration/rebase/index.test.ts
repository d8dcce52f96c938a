import { expect, it } from 'vitest';
import type { Descriptor, RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { crane } from '../../bench/images.ts';
import type { Intercept } from '../../bench/registry-gate.ts';
import { AMD64, ARM64, pushArtifact, pushManifest, type Shelf } from '../airgap/fixture.ts';
import { shelfOf } from '../airgap/setup.ts';
import { startForTest } from '../registry/client.ts';
import { pushApp, pushBase, rebase } from './fixture.ts';

const UNKNOWN = { os: 'unknown', architecture: 'unknown' };

interface Entry {
  readonly raw: RawManifest;
  readonly platform: typeof AMD64;
  readonly about?: RawManifest;
}

/** An index as BuildKit writes it. */
async function pushEntries(shelf: Shelf, path: string, entries: readonly Entry[]): Promise<RawManifest> {
  const manifests = entries.map(({ raw, platform, about }) => ({
    mediaType: raw.mediaType,
    digest: raw.digest,
    size: raw.bytes.length,
    platform,
    ...(about && { annotations: { 'vnd.docker.reference.digest': about.digest } }),
  }));
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  return pushManifest(shelf, { registry: shelf.host, path }, index, '1');
}

/** A run image and an app on it, both for two platforms; the app has an attestation for each. */
async function twoPlatforms(shelf: Shelf) {
  const [run, repository] = [
    { registry: shelf.host, path: 'run' },
    { registry: shelf.host, path: 'app' },
  ];
  const pushRun = async () => {
    const amd64 = await pushBase(shelf, run, { platform: AMD64, tag: 'amd64' });
    const arm64 = await pushBase(shelf, run, { platform: ARM64, tag: 'arm64' });
    await pushEntries(shelf, 'run', [
      { raw: amd64.raw, platform: AMD64 },
      { raw: arm64.raw, platform: ARM64 },
    ]);
    return [amd64, arm64];
  };
  const bases = await pushRun();
  const apps: RawManifest[] = [];
  for (const [at, platform] of [AMD64, ARM64].entries()) {
    const base = bases[at];
    if (base === undefined) throw new Error('there is no run image');
    apps.push(await pushApp(shelf, repository, base, { platform, tags: [], image: `${shelf.host}/run:1` }));
  }
  const [amd64, arm64] = apps;
  if (amd64 === undefined || arm64 === undefined) throw new Error('there is no app');
  const statement = await pushArtifact(shelf, repository, {});
  const entries = [
    { raw: amd64, platform: AMD64 },
    { raw: arm64, platform: ARM64 },
    { raw: statement, platform: UNKNOWN, about: amd64 },
  ];
  return { pushRun, entries, arm64, statement, runs: bases };
}

async function manifestsOf(image: string): Promise<readonly Descriptor[]> {
  return (JSON.parse(await crane(['manifest', image], image)) as { manifests: readonly Descriptor[] }).manifests;
}

it('is rebased with all its platforms, and loses the attestations of what was replaced', async () => {
  const { host } = await startForTest();
  const shelf = shelfOf({ host });
  const { pushRun, entries, statement } = await twoPlatforms(shelf);
  const before = await pushEntries(shelf, 'app', entries);
  await pushRun();
  const { images } = await rebase([`${host}/app:1`]);
  const platforms = [{ platform: 'linux/amd64' }, { platform: 'linux/arm64' }];
  expect(images).toMatchObject([
    { state: 'rebased', before: before.digest, platforms, droppedAttestations: [statement.digest] },
  ]);
  const manifests = await manifestsOf(`${host}/app:1`);
  expect(manifests.map(({ platform }) => platform)).toEqual([AMD64, ARM64]);
  const image = `${host}/app:1`;
  await crane(['validate', '--fast', '--remote', image], image);
});

it('keeps what is as it should be', async () => {
  const { host } = await startForTest();
  const shelf = shelfOf({ host });
  const { pushRun, entries, arm64, statement, runs } = await twoPlatforms(shelf);
  const about = { raw: statement, platform: UNKNOWN, about: arm64 };
  await pushEntries(shelf, 'app', [...entries.slice(0, 2), about]);
  const [newer] = await pushRun();
  const [, old] = runs;
  if (newer === undefined || old === undefined) throw new Error('there is no run image');
  await pushEntries(shelf, 'run', [
    { raw: newer.raw, platform: AMD64 },
    { raw: old.raw, platform: ARM64 },
  ]);
  const { images } = await rebase([`${host}/app:1`]);
  expect(images).toMatchObject([{ platforms: [{ platform: 'linux/amd64' }], droppedAttestations: [] }]);
  const digests = (await manifestsOf(`${host}/app:1`)).map(({ digest }) => digest);
  expect(digests.slice(1)).toEqual([arm64.digest, statement.digest]);
});

it('is refused as a whole when the run image lacks a platform', async () => {
  const { host } = await startForTest();
  const shelf = shelfOf({ host });
  const { pushRun, entries } = await twoPlatforms(shelf);
  const before = await pushEntries(shelf, 'app', entries);
  const [newer] = await pushRun();
  if (newer === undefined) throw new Error('there is no run image');
  await pushEntries(shelf, 'run', [{ raw: newer.raw, platform: AMD64 }]);
  expect((await rebase([`${host}/app:1`])).images).toMatchObject([
    { state: 'refused', violations: [{ rule: 'platform', message: expect.stringMatching(/linux\/arm64/) as string }] },
  ]);
  expect((await crane(['digest', `${host}/app:1`], host)).trim()).toBe(before.digest);
});

it('is refused when it holds another index', async () => {
  const { host } = await startForTest();
  const shelf = shelfOf({ host });
  const { entries } = await twoPlatforms(shelf);
  const inner = await pushEntries(shelf, 'app', entries);
  await pushEntries(shelf, 'app', [{ raw: inner, platform: AMD64 }]);
  expect((await rebase([`${host}/app:1`])).images).toMatchObject([
    { state: 'refused', violations: [{ rule: 'readable', message: expect.stringMatching(/holds another/) as string }] },
  ]);
});

it('gets no tag when the registry does not show one of its images', async () => {
  let lost: string | undefined;
  let isForgetful = false;
  const intercept: Intercept = ({ method, path }) => {
    if (!isForgetful || !path.startsWith('/v2/app/manifests/sha256:')) return undefined;
    if (method === 'PUT') lost ??= path;
    return method === 'HEAD' && path === lost ? { status: 404 } : undefined;
  };
  const { host } = await startForTest({ intercept });
  const shelf = shelfOf({ host });
  const { pushRun, entries } = await twoPlatforms(shelf);
  const before = await pushEntries(shelf, 'app', entries);
  await pushRun();
  isForgetful = true;
  expect((await rebase([`${host}/app:1`])).images).toMatchObject([{ state: 'failed', code: 'registry' }]);
  expect((await crane(['digest', `${host}/app:1`], host)).trim()).toBe(before.digest);
});

it('has the same bytes each time', async () => {
  const { host } = await startForTest();
  const shelf = shelfOf({ host });
  const { pushRun, entries } = await twoPlatforms(shelf);
  await pushEntries(shelf, 'app', entries);
  await pushRun();
  const [first, second] = [await rebase([`${host}/app:1`], { mode: 'dry-run' }), await rebase([`${host}/app:1`])];
  const after = (report: typeof first) => report.images.map((image) => ('after' in image ? image.after : undefined));
  expect(after(first)).toEqual(after(second));
});
