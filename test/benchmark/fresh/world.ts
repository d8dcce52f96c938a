import { statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CacheService, startCacheService } from '../../bench/cache-service.ts';
import { command } from '../../bench/command.ts';
import { buildpackDirectory, makeBuilder, makeRunImage, pushLayout } from '../../bench/images.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { sumOf, type Traffic } from '../cache/traffic.ts';
import { NODE_PACKAGES } from './apps.ts';
import { goBuildpack } from './go-buildpack.ts';
import { npmBuildpack } from './npm-buildpack.ts';
import { type NpmRegistry, startNpmRegistry } from './npm-packages.ts';

/** How many packages there are beside those that the Node apps begin with. */
const MORE_PACKAGES = 20;
const DOCKER_SOCKET = '/var/run/docker.sock';
/** Somebody who is not root, as on hosted runners. */
const USER = 12_345;

/** All servers that builds ask, and a builder for all apps in one of them. */
export interface FreshWorld {
  readonly registry: Registry;
  readonly npm: NpmRegistry;
  readonly cache: CacheService;
  readonly builder: string;
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** A new folder that every user may write. */
  folder(name: string): Promise<string>;
  /** Of all servers since the last call. */
  takeTraffic(): Traffic;
  stop(): Promise<void>;
}

export async function startFreshWorld(): Promise<FreshWorld> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const scratch = await mkdtemp(path.join(tmpdir(), 'benchmark-fresh-'));
    stops.push(() => rm(scratch, { recursive: true, force: true }));
    await chmod(scratch, 0o777);
    const npm = await startNpmRegistry(NODE_PACKAGES + MORE_PACKAGES);
    stops.push(() => npm.close());
    const cache = await startCacheService();
    stops.push(() => cache.close());
    const registry = await startRegistry();
    stops.push(() => registry.stop());
    const folder = async (name: string) => {
      const directory = await mkdtemp(path.join(scratch, `${name}-`));
      await chmod(directory, 0o777);
      return directory;
    };
    return {
      registry,
      npm,
      cache,
      builder: await pushBuilder(registry, path.join(scratch, 'builder')),
      user: userOfDocker(),
      folder,
      takeTraffic: () =>
        sumOf([...npm.takeRequests(), ...cache.requests.splice(0).map(asTraffic), ...registryTraffic(registry)]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function pushBuilder({ host }: Registry, directory: string): Promise<string> {
  const [runImage, builder] = [`${host}/benchmark/run:1`, `${host}/benchmark/builder:1`];
  await pushLayout((await makeRunImage()).layout, runImage);
  const buildpacks = [await npmBuildpack(), await buildpackDirectory('nodejs'), await goBuildpack()];
  const order = ['test/npm', 'samples/nodejs', 'test/go'].map((id) => [{ id }]);
  await pushLayout((await makeBuilder({ buildpacks, order, runImage, directory })).layout, builder);
  return builder;
}

function userOfDocker(): FreshWorld['user'] {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: USER, gid: statSync(DOCKER_SOCKET, { throwIfNoEntry: false })?.gid ?? 0 };
}

function asTraffic({ bytesUp, bytesDown }: CacheService['requests'][number]): Traffic {
  return { requests: 1, bytesUp, bytesDown };
}

function registryTraffic(registry: Registry): readonly Traffic[] {
  const requests = registry.requests();
  registry.forget();
  return requests.map(({ uploaded, downloaded }) => ({ requests: 1, bytesUp: uploaded, bytesDown: downloaded }));
}

/** Takes away what the engine has got from this registry, but the builder: as on a machine that has only that. */
export async function forgetBuilt(host: string): Promise<void> {
  const listing = await command('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}']);
  const names = listing
    .split('\n')
    .filter((name) => name.startsWith(`${host}/`) && !name.includes('/benchmark/builder:'));
  if (names.length > 0) await command('docker', ['image', 'rm', '--force', ...names]);
}

/** Takes away all that the engine has from this registry. */
export async function forgetAll(host: string): Promise<void> {
  const listing = await command('docker', ['image', 'ls', '--no-trunc', '--format', '{{.Repository}} {{.ID}}']);
  const ids = listing.split('\n').flatMap((line) => (line.startsWith(`${host}/`) ? [line.split(' ')[1] ?? ''] : []));
  if (ids.length > 0) await command('docker', ['image', 'rm', '--force', ...new Set(ids)]);
}
