import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Compression } from '../../../packages/core/src/archive/index.ts';
import { command } from '../../bench/command.ts';
import { pushLayout } from '../../bench/images.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import type { Measured } from '../comparison.ts';
import { say } from '../program.ts';
import type { PullContender, PullMeasure } from './contenders.ts';
import { builderLikeImage } from './image.ts';

/** How the layers of an image are compressed: what most builders have, and what newer tools write. */
export const COMPRESSIONS = ['gzip', 'zstd'] as const satisfies readonly Compression[];
export type PullCompression = (typeof COMPRESSIONS)[number];

/** One pull with what the registry saw of it. */
export interface PullSample extends PullMeasure, Measured {
  readonly contender: PullContender['name'];
  readonly compression: PullCompression;
}

/**
 * Has the system forget which inodes were removed a while ago. ext4 without a journal uses none anew that was removed within minutes, and goes
 * through all of them for each new file: a folder in which somebody has removed a large tree is ten times slower for its next one.
 * Only root may do so; else a run soon after another one is slow.
 */
export async function forgetRemoved(): Promise<void> {
  await command('sync', []);
  await writeFile('/proc/sys/vm/drop_caches', '1').catch(() => undefined);
}

/** A registry on loopback that holds the image in each compression. */
export async function startPullRegistry(): Promise<Registry> {
  const registry = await startRegistry();
  try {
    for (const compression of COMPRESSIONS)
      await pushLayout(await builderLikeImage(compression), nameOf(registry, compression));
    return registry;
  } catch (error) {
    await registry.stop();
    throw error;
  }
}

/**
 * Pulls with every contender in turn; who begins changes from round to round. What was pulled stays until the end of the benchmark, for the
 * same reason.
 *
 * @param folder for what is pulled; removed by who asked
 */
export async function runPullRound(
  registry: Registry,
  contenders: readonly PullContender[],
  number: number,
  folder: string,
): Promise<readonly PullSample[]> {
  const samples: PullSample[] = [];
  const first = number % contenders.length;
  for (const compression of COMPRESSIONS) {
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      if (compression === 'zstd' && !contender.readsZstd) continue;
      samples.push(await pullOnce(registry, contender, compression, path.join(folder, randomUUID())));
    }
  }
  return samples;
}

/** A pull that is not counted: it fills the caches of the system, and the registry has read its files once. */
export async function warmUp(registry: Registry, contender: PullContender, folder: string): Promise<void> {
  for (const compression of COMPRESSIONS)
    await pullOnce(registry, contender, compression, path.join(folder, randomUUID()));
}

async function pullOnce(
  registry: Registry,
  contender: PullContender,
  compression: PullCompression,
  folder: string,
): Promise<PullSample> {
  const task = { image: nameOf(registry, compression), folder };
  await mkdir(folder);
  // Nobody is to wait for what another one has left to be written.
  await command('sync', []);
  registry.forget();
  const measure = await contender.pull(task);
  const requests = registry.requests();
  say(`${contender.name}, ${compression}: ${measure.seconds.toFixed(2)} s`);
  if (contender.forget !== undefined) {
    await contender.forget(task);
    await forgetRemoved();
  }
  return {
    ...measure,
    contender: contender.name,
    compression,
    requests: requests.length,
    bytesUp: requests.reduce((sum, { uploaded }) => sum + uploaded, 0),
    bytesDown: requests.reduce((sum, { downloaded }) => sum + downloaded, 0),
  };
}

function nameOf({ host }: Registry, compression: PullCompression): string {
  return `${host}/benchmark/pull:${compression}`;
}
