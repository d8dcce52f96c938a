import { mkdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { IN_BUILD } from '../../lifecycle/build-directory.ts';
import type { EngineRun } from '../types.ts';
import type { ContainerClient } from './client.ts';

/** A line of `diff`: `A /layers/samples_nodejs/modules`. */
const CHANGED = new RegExp(`^[AC] ${IN_BUILD.layers}/([A-Za-z0-9][A-Za-z0-9._-]{0,200})(?:/|$)`);
const MAX_FOLDERS = 1000;

/** Of what a failed build wrote to `/layers` only the folders' names are brought out, which tell how far it came. */
export async function collectFailedLayers(client: ContainerClient, run: EngineRun, container: string): Promise<void> {
  const names = new Set<string>();
  await client.run(['diff', container], {
    signal: run.signal,
    onLine: (line) => {
      const name = CHANGED.exec(line)?.[1];
      if (name !== undefined && names.size < MAX_FOLDERS) names.add(name);
    },
  });
  for (const name of names) {
    const folder = path.join(run.directory.layers, name);
    await mkdir(folder, { recursive: true });
    await utimes(folder, 0, 0);
  }
}
