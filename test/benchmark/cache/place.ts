import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { startCacheService } from '../../bench/cache-service.ts';
import { freePort } from '../../bench/listen.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
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
  /** GitHub's cache service, and what lets a run on the default branch use it. */
  readonly service: { readonly url: string; readonly token: string };
  /** Of all servers since the last call. */
  takeTraffic(): Traffic;
  stop(): Promise<void>;
}

export async function openPlace(link: LinkName): Promise<Place> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const through = async (port: number): Promise<string> => {
    const shape = SHAPES[link];
    if (shape === undefined) return `127.0.0.1:${port}`;
    const opened = await openLink(port, shape);
    stops.push(() => opened.close());
    return `127.0.0.1:${opened.port}`;
  };
  try {
    const port = await freePort();
    const service = await startCacheService({ port, publicUrl: `http://${await through(port)}/` });
    stops.push(() => service.close());
    const registry = await startRegistry();
    stops.push(() => registry.stop());
    return {
      registry: await through(Number(registry.host.split(':')[1])),
      service: { url: service.url, token: service.token() },
      takeTraffic: () =>
        sumOf([
          ...service.requests.splice(0).map((request) => ({ ...request, requests: 1 })),
          ...takeRequests(registry),
        ]),
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
