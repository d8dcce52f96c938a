import path from 'node:path';
import { Problems } from '../../errors/problems.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { temporaryDirectory } from '../../files/temporary-directory.ts';
import type { BuildRequest } from '../../inputs/request.ts';
import { buildDirectory } from '../../lifecycle/build-directory.ts';
import type { Ports } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import { explained } from '../failure.ts';
import { openSession } from '../session.ts';
import { prepareDirectory, requireEmpty } from '../stages.ts';
import { digestOfPlan } from './plan-digest.ts';
import { portablePlan } from './portable-plan.ts';
import { type JobTools, writePrepared } from './prepared-folder.ts';
import { scriptSettings } from './settings.ts';

export interface StagedPreparation {
  /** The folder that is handed over; made when it is missing. */
  readonly prepared: string;
  readonly tools: JobTools;
  /** Whether bindings may be handed over: who may read the folder may read them. */
  readonly bindings: boolean;
  /** Bytes that a folder which is handed over may have: beyond them the layer cache is left out, and then there is a warning. Default: any. */
  readonly limit?: number;
}

/**
 * PREPARE for jobs that share nothing but what one hands to the next: packs the build directory for `BUILD_SCRIPT`, which runs in the
 * builder image itself.
 *
 * @returns the digest of the plan, which PUBLISH is to get in a way that the job between them can't change
 * @throws InputError when the folder is not empty, and on inputs that can't be fulfilled in a job
 */
export async function prepareStaged(
  request: BuildRequest,
  { prepared, tools, bindings, limit = Number.MAX_SAFE_INTEGER }: StagedPreparation,
  ports: Ports,
): Promise<Digest> {
  return explained(ports.signal, async () => {
    requireSupported(request, bindings);
    await requireEmpty(prepared, 'hand-over');
    ports.log.phase('prepare');
    const scratch = await temporaryDirectory(ports.machine);
    try {
      const directory = buildDirectory(path.join(scratch, 'build'));
      const session = openSession(ports, request.connection, [request.app.path]);
      const { plan, builder } = await prepareDirectory(request, session, directory);
      const settings = scriptSettings({ plan, image: builder.image.config.config.Env, limit });
      const portable = portablePlan(plan, ports.machine.workingDirectory);
      await writePrepared({ plan: portable, directory, prepared, tools, settings, limit }, session.ports.log);
      return await digestOfPlan(prepared);
    } finally {
      await removeTree(scratch, ports);
    }
  });
}

/** @throws InputError with all that keeps this build from being one of several jobs */
function requireSupported({ volumes, network, builder, bindings }: BuildRequest, mayHaveBindings: boolean): void {
  const problems = new Problems();
  if (builder !== undefined && builder.kind !== 'registry') {
    problems.report('builder', 'the job that runs it pulls it from a registry', 'Write registry/repository@sha256:….');
  }
  if (volumes.length > 0) {
    problems.report(
      'volumes',
      'only its runner can mount something in a job',
      'Put what the build needs into the app.',
    );
  }
  if (network !== 'default') {
    problems.report(
      'network',
      `"${network}" can't be enforced: the runner decides what a job may reach`,
      'Leave it out, and restrict the runner.',
    );
  }
  if (bindings.length > 0 && !mayHaveBindings) {
    problems.report(
      'bindings',
      'they would be in an artifact, and readable to all who may download it',
      'Set hand-over-bindings to true if they may read them, or build in one job.',
    );
  }
  problems.throwIfAny();
}
