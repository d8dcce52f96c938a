import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ChosenPart } from '../../archive/chosen-parts.ts';
import { COMMITTED } from '../../cache/volume-cache.ts';
import { adviceOf, BuildpacksError } from '../../errors/index.ts';
import { statRegularFile } from '../../files/regular-file.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { temporaryDirectory } from '../../files/temporary-directory.ts';
import type { PublishInputs } from '../../inputs/publish.ts';
import { type BuildDirectory, buildDirectory } from '../../lifecycle/build-directory.ts';
import type { Ports } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { BuildResult } from '../../report/result.ts';
import { explained } from '../failure.ts';
import { readPlan } from '../plan.ts';
import { openSession } from '../session.ts';
import { publishDirectory } from '../stages.ts';
import { readArchive } from './archive-file.ts';
import { localPlan } from './portable-plan.ts';
import { BUILT, JOB_ROOT, OUTPUT_FOLDER, PREPARED } from './places.ts';
import { verifyPlan } from './plan-digest.ts';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** All that counts of what the script leaves; far above what a build writes. */
const BUILD_PARTS: readonly ChosenPart[] = [
  {
    name: `${JOB_ROOT}/layout`,
    from: `${JOB_ROOT.slice(1)}/layout/${OUTPUT_FOLDER}`,
    to: `layout/${OUTPUT_FOLDER}`,
    maxBytes: 32 * GIBIBYTE,
  },
  { name: '/layers/sbom', from: 'layers/sbom', to: 'layers/sbom', maxBytes: 512 * MEBIBYTE },
  { name: '/layers/report.toml', from: 'layers/report.toml', to: 'layers/report.toml', maxBytes: MEBIBYTE },
];
const CACHE_PARTS: readonly ChosenPart[] = [
  { name: `${JOB_ROOT}/cache`, from: `cache/${COMMITTED}`, to: `cache/${COMMITTED}`, maxBytes: 32 * GIBIBYTE },
];

export interface StagedBuild {
  /** The folder that PREPARE has left. */
  readonly prepared: string;
  /** As `prepareStaged` gave it, from where the container between could not write. */
  readonly planDigest: Digest;
  /** The folder that the script has left: hostile input. */
  readonly built: string;
  /** The file that gets the result. */
  readonly result: string;
}

/**
 * PUBLISH of a build whose lifecycle ran in another container: everything goes by the plan, and what the script left is unpacked as what it is,
 * the work of foreign code.
 *
 * @throws BuildpacksError `image` when the plan is another one, or what was left does not fit it
 */
export async function publishStaged(build: StagedBuild, inputs: PublishInputs, ports: Ports): Promise<BuildResult> {
  return explained(ports.signal, async () => {
    await verifyPlan(build.prepared, build.planDigest);
    const scratch = await temporaryDirectory(ports.machine);
    try {
      const directory: BuildDirectory = {
        ...buildDirectory(scratch),
        plan: path.join(build.prepared, PREPARED.plan),
        caches: path.join(build.prepared, PREPARED.caches),
        result: build.result,
      };
      const plan = localPlan(await readPlan(directory), ports.machine.workingDirectory);
      const session = openSession(ports, inputs.connection, [scratch]);
      await unpackBuild(build, directory, ports);
      if (plan.cache?.write === true) await unpackCache(build, directory, session.ports);
      return await publishDirectory(plan, directory, inputs, session);
    } finally {
      await removeTree(scratch, ports);
    }
  });
}

async function unpackBuild({ built }: StagedBuild, { root }: BuildDirectory, { signal }: Ports): Promise<void> {
  const file = path.join(built, BUILT.build);
  if ((await statRegularFile(built, [BUILT.build])) === undefined) {
    throw new BuildpacksError('image', `"${built}" holds no ${BUILT.build}`, {
      hint: 'The container of the builder makes it when the lifecycle has succeeded: see its log, and run it again.',
    });
  }
  await readArchive({ file, parts: BUILD_PARTS, to: root, signal });
}

/**
 * The layers that were handed over, and over them what the build has changed, metadata included: only what is new was handed back. Without
 * that there is nothing to save.
 */
async function unpackCache({ prepared, built }: StagedBuild, { root, cache }: BuildDirectory, ports: Ports) {
  if ((await statRegularFile(built, [BUILT.cache])) === undefined) return;
  const wasFilled = (await statRegularFile(prepared, [PREPARED.cache])) !== undefined;
  const files = [...(wasFilled ? [path.join(prepared, PREPARED.cache)] : []), path.join(built, BUILT.cache)];
  try {
    for (const file of files) await readArchive({ file, parts: CACHE_PARTS, to: root, signal: ports.signal });
  } catch (error) {
    ports.signal.throwIfAborted();
    ports.log.warn(`the layer cache is not saved: ${adviceOf(error)}`);
    await rm(cache, { recursive: true, force: true });
  }
}
