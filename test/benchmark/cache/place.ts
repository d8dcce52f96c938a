import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { startArchiveServer } from './archive-server.ts';
import { type LinkShape, openLink } from './link.ts';
import { sumOf, type Traffic } from './traffic.ts';

/** Between a build and the servers that keep its cache; `folder` has no servers, but a folder on the same disk. */
export const LINKS = ['folder', 'loopback', '50 MB/s, 20 ms', '5 MB/s, 100 ms'] as const;
export type LinkName = (typeof LINKS)[number];

const SHAPES: Readonly<Partial<Record<LinkName, LinkShape>>> = {
  '50 MB/s, 20 ms': { rate: 50e6, roundTrip: 20 },
  '5 MB/s, 100 ms': { rate: 5e6, roundTrip: 100 },
};

/** Empty servers at the other end of a link. */
export interface Place {
  /** `127.0.0.1:41234` */
  readonly registry: string;
  /** URL of the server for archives. */
  readonly archives: string;
  /** Of all servers since the last call. */
  takeTraffic(): Traffic;
  stop(): Promise<void>;
}

export async function openPlace(link: LinkName): Promise<Place> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const through = async (host: string): Promise<string> => {
    const shape = SHAPES[link];
    if (shape === undefined) return host;
    const opened = await openLink(Number(host.split(':')[1]), shape);
    stops.push(() => opened.close());
    return `127.0.0.1:${opened.port}`;
  };
  try {
    const directory = await mkdtemp(path.join(tmpdir(), 'benchmark-archives-'));
    stops.push(() => rm(directory, { recursive: true, force: true }));
    const archives = await startArchiveServer(directory);
    stops.push(() => archives.close());
    const registry = await startRegistry();
    stops.push(() => registry.stop());
    return {
      registry: await through(registry.host),
      archives: `http://${await through(archives.host)}`,
      takeTraffic: () => sumOf([...archives.takeRequests(), ...takeRequests(registry)]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function takeRequests(registry: Registry): readonly Traffic[] {
  const requests = registry.requests();
  registry.forget();
  return requests.map(({ uploaded, downloaded }) => ({ requests: 1, bytesUp: uploaded, bytesDown: downloaded }));
}

/** The folders of one contender in one round. */
export interface Machine {
  /** Everything else is in it. */
  readonly root: string;
  /** What it keeps when there is no server. */
  readonly store: string;
  readonly temporary: string;
}

export async function makeMachine(scratch: string): Promise<Machine> {
  const root = await mkdtemp(path.join(scratch, 'machine-'));
  const [store, temporary] = [path.join(root, 'store'), path.join(root, 'temporary')];
  await mkdir(store);
  await mkdir(temporary);
  return { root, store, temporary };
}
