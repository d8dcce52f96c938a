import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../../bench/command.ts';
import { pushLayout } from '../../bench/images.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import type { Measured } from '../comparison.ts';
import { say } from '../program.ts';
import type { AirgapContender, AirgapMeasure, BundleSource } from './contenders.ts';
import type { CarriedImage } from './images.ts';
import { lockOf, nameOf } from './lock.ts';

/** Milliseconds that each request waits before the registry gets it. */
export const LINKS = { loopback: 0, '10 ms': 10 } as const;
export type LinkName = keyof typeof LINKS;

export type Step = 'bundle' | 'load';

/** One step of one contender, with what the registry saw of it. */
export interface AirgapSample extends AirgapMeasure, Measured {
  readonly step: Step;
  readonly link: LinkName;
  readonly contender: AirgapContender['name'];
}

/** What a round needs. */
export interface Round {
  readonly link: LinkName;
  readonly source: BundleSource & { readonly registry: Registry };
  /** In the order of their turns. */
  readonly contenders: readonly AirgapContender[];
  /** For what is carried; removed by who asked. */
  readonly folder: string;
}

/** A registry behind such a link. */
export function startAt(link: LinkName): Promise<Registry> {
  const milliseconds = LINKS[link];
  return startRegistry(milliseconds === 0 ? {} : { intercept: () => delay(milliseconds, undefined) });
}

/** A registry with these images, and a lock of them in the folder. */
export async function startSource(
  link: LinkName,
  images: readonly CarriedImage[],
  folder: string,
): Promise<Round['source']> {
  const registry = await startAt(link);
  try {
    for (const image of images) await pushLayout(image.layout, nameOf(registry.backDoor, image));
    const lock = path.join(folder, `${randomUUID()}.lock.json`);
    await writeFile(lock, await lockOf(registry.host, images));
    return { registry, host: registry.host, images, lock };
  } catch (error) {
    await registry.stop();
    throw error;
  }
}

/** Each contender bundles, then each loads what it has bundled into an empty registry. */
export async function runAirgapRound({ link, source, contenders, folder }: Round): Promise<readonly AirgapSample[]> {
  const turns = contenders.map((contender) => ({ contender, place: path.join(folder, randomUUID()) }));
  const samples: AirgapSample[] = [];
  for (const { contender, place } of turns) {
    const measured = await measureAt(source.registry, () => contender.bundle(source, place));
    samples.push({ step: 'bundle', link, contender: contender.name, ...measured });
  }
  for (const { contender, place } of turns) {
    const target = await startAt(link);
    try {
      const measured = await measureAt(target, () => contender.load(place, target.host, source.images));
      samples.push({ step: 'load', link, contender: contender.name, ...measured });
    } finally {
      await target.stop();
    }
  }
  for (const { step, contender, seconds } of samples) say(`${contender}, ${step}: ${seconds.toFixed(2)} s`);
  return samples;
}

/** Runs something and tells what this registry saw of it. */
export async function measureAt(
  registry: Registry,
  work: () => Promise<AirgapMeasure>,
): Promise<AirgapMeasure & Measured> {
  // Nobody is to wait for what another one has left to be written.
  await command('sync', []);
  registry.forget();
  const { seconds, peakMemory } = await work();
  const requests = registry.requests();
  return {
    seconds,
    peakMemory,
    requests: requests.length,
    bytesUp: requests.reduce((sum, { uploaded }) => sum + uploaded, 0),
    bytesDown: requests.reduce((sum, { downloaded }) => sum + downloaded, 0),
  };
}
