import path from 'node:path';
import { IN_BUILD, LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';
import { layoutPath } from '../../layout/index.ts';
import type { Log } from '../../ports/index.ts';
import { parseReference } from '../../reference/index.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { EngineRun } from '../types.ts';
import { collectCache } from './cache-outputs.ts';
import type { ContainerClient } from './client.ts';
import { copyOut } from './copy-out.ts';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
/** Far above what a build writes. */
const LIMITS = { image: 32 * GIBIBYTE, sbom: 512 * MEBIBYTE, report: MEBIBYTE };

/** Brings what a successful build wrote into the build directory: the app image, SBOM files, the report, the cache. */
export async function collectOutputs(client: ContainerClient, run: EngineRun, name: string, log: Log): Promise<void> {
  const output = parseReference(LAYOUT_NAMES.output);
  const { directory, signal } = run;
  const take = (from: string, to: string, maxBytes: number) =>
    copyOut(client, { container: name, from, to, maxBytes, signal });
  await Promise.all([
    take(layoutPath(IN_BUILD.layout, output), path.dirname(layoutPath(directory.layout, output)), LIMITS.image),
    take(path.posix.join(IN_BUILD.layers, 'sbom'), directory.layers, LIMITS.sbom),
    take(path.posix.join(IN_BUILD.layers, 'report.toml'), directory.layers, LIMITS.report),
    collectCache(client, run, name).catch((error: unknown) => {
      throwIfCancelled(signal);
      log.warn(`The build cache can't be kept: ${error instanceof Error ? error.message : String(error)}`);
    }),
  ]);
}
