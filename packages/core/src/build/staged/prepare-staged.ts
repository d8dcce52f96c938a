import path from 'node:path';
import { Problems } from '../../errors/problems.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { temporaryDirectory } from '../../files/temporary-directory.ts';
import type { BuildRequest } from '../../inputs/request.ts';
import { buildDirectory } from '../../lifecycle/build-directory.ts';
import type { Ports } from '../../ports/index.ts';
import { optional } from '../../json/json.ts';
import { fullName, isFullName } from '../../mirrors/index.ts';
import type { Digest } from '../../reference/index.ts';
import { explained } from '../failure.ts';
import { openSession } from '../session.ts';
import { prepareDirectory, requireEmpty } from '../stages.ts';
import type { HandOverTerms } from './hand-over-terms.ts';
import { digestOfPlan } from './plan-digest.ts';
import { portablePlan } from './portable-plan.ts';
import { type JobTools, writePrepared } from './prepared-folder.ts';
import { scriptSettings } from './settings.ts';
import { unlockedBuilder } from './unlocked-builder.ts';

export interface StagedPreparation {
  /** The folder that is handed over; made when it is missing. */
  readonly prepared: string;
  readonly tools: JobTools;
  /** The builder as it was written, for whoever starts the container of it. */
  readonly builderName: string;
  readonly terms: HandOverTerms;
}

/**
 * PREPARE for containers that share nothing but what one hands to the next: packs the build directory for `BUILD_SCRIPT`, which runs in
 * the builder image itself.
 *
 * @returns the digest of the plan, which PUBLISH is to get in a way that the container between them can't change
 * @throws InputError when the folder is not empty, and on inputs that can't be fulfilled there
 */
export async function prepareStaged(
  request: BuildRequest,
  { prepared, tools, builderName, terms }: StagedPreparation,
  ports: Ports,
): Promise<Digest> {
  return explained(ports.signal, async () => {
    requireSupported(request, builderName, terms);
    await requireEmpty(prepared, 'hand-over');
    ports.log.phase('prepare');
    const scratch = await temporaryDirectory(ports.machine);
    try {
      const directory = buildDirectory(path.join(scratch, 'build'));
      const session = openSession(ports, request.connection, [request.app.path]);
      const { plan, builder } = await prepareDirectory(request, session, directory);
      const settings = scriptSettings({ plan, image: builder.image.config.config.Env, terms });
      const portable = portablePlan(plan, ports.machine.workingDirectory);
      const folder = { plan: portable, directory, prepared, tools, settings, ...optional('limit', terms.limit) };
      await writePrepared(folder, session.ports.log);
      return await digestOfPlan(prepared);
    } finally {
      await removeTree(scratch, ports);
    }
  });
}

/** @throws InputError with all that keeps this build from being one of several containers */
function requireSupported(request: BuildRequest, builderName: string, { noBindings }: HandOverTerms): void {
  const { volumes, network, builder, bindings, connection } = request;
  const problems = new Problems();
  if (builder !== undefined && builder.kind !== 'registry') {
    problems.report('builder', 'its container is started from a registry', 'Write registry/repository@sha256:….');
  } else if (builder !== undefined && connection.mirrors.prefix !== undefined && !isFullName(builderName)) {
    problems.report(
      'builder',
      `"${builderName}" is no full name, and registry-prefix is put before it as it is`,
      `Write ${fullName(builder.reference)}.`,
    );
  }
  if (volumes.length > 0) {
    problems.report(
      'volumes',
      'the build can mount nothing in a container that it does not start',
      'Put what the build needs into the app.',
    );
  }
  if (network !== 'default') {
    problems.report(
      'network',
      `"${network}" can't be enforced in a container that the build does not start`,
      'Leave it out, and restrict what containers may reach where they are run; or build in one process, where a container engine or the engine rootfs takes the network away.',
    );
  }
  const unlocked = unlockedBuilder(request);
  if (unlocked !== undefined) problems.add(unlocked);
  if (bindings.length > 0 && noBindings !== undefined) {
    problems.report('bindings', noBindings.message, noBindings.hint);
  }
  problems.throwIfAny();
}
