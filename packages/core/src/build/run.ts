import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CACHE_METADATA } from '../cache/volume-cache.ts';
import type { BuilderImage, Engine } from '../engine/types.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { ConnectionInputs } from '../inputs/index.ts';
import { lifecycleError } from '../lifecycle/exit-codes.ts';
import { suspectBuildpacks } from '../lifecycle/failed-buildpack.ts';
import { followLifecycle, type LifecyclePhase, separateHeading } from '../lifecycle/log.ts';
import type { Ports } from '../ports/index.ts';
import type { PhaseTime } from '../report/result.ts';
import { type BuildDirectory, IN_BUILD } from '../lifecycle/build-directory.ts';
import type { Plan } from './plan.ts';
import { withRelays } from './relays.ts';

/** What RUN tells beside the files that it leaves in the build directory; the times are from its log, for people. */
export interface RunOutcome {
  readonly phases: readonly PhaseTime[];
}

/** One run of the plan's lifecycle. */
export interface LifecycleRun {
  readonly plan: Plan;
  readonly directory: BuildDirectory;
  readonly engine: Engine;
  readonly builder: BuilderImage;
  /** Of our own process, which may be another than PREPARE's. */
  readonly connection: ConnectionInputs;
}

const BEFORE_ALL = -1;

/**
 * RUN: the real lifecycle, in the engine, without a credential and without a registry. Foreign code runs here and nowhere else.
 *
 * @throws LifecycleError with the lifecycle's own exit status when it or a buildpack fails
 */
export async function runLifecycle(run: LifecycleRun, ports: Ports): Promise<RunOutcome> {
  return withRelays(run, ports, (environment) => runCreator(run, environment, ports));
}

async function runCreator(
  { plan, directory, engine, builder }: LifecycleRun,
  environment: Plan['lifecycle']['environment'],
  { log, clock, signal }: Ports,
): Promise<RunOutcome> {
  const started = clock.now();
  const lifecycle = followLifecycle(clock);
  let current: LifecyclePhase | undefined;
  // Where nothing is restored, every folder of a buildpack is of this build.
  let since = plan.previousImage === undefined && !(await holdsCache(directory)) ? BEFORE_ALL : Infinity;
  const onLine = (line: string) => {
    const begun = lifecycle.read(line);
    if (begun !== undefined) log.phase(begun);
    else if (!namesOurLayout(line, current)) log.output(line);
    current = begun ?? current;
    if (begun === 'build') since = Math.min(since, clock.now());
  };
  const status = await engine.run({
    builder,
    directory,
    ...plan.lifecycle,
    environment,
    user: plan.builder.user,
    owner: plan.builder.owner,
    onLine: (line) => {
      separateHeading(line).forEach(onLine);
    },
    signal,
  });
  if (signal.aborted) throw new BuildpacksError('cancelled', 'the build was cancelled', { cause: signal.reason });
  const facts = lifecycle.facts();
  if (status !== 0) {
    const group = await suspectBuildpacks({ layers: directory.layers, group: facts.group, since });
    throw lifecycleError(status, { ...facts, group });
  }
  log.endPhase();
  return { phases: [{ name: 'run', milliseconds: clock.now() - started }, ...facts.phases] };
}

async function holdsCache({ cache }: BuildDirectory): Promise<boolean> {
  return (await stat(path.join(cache, 'committed', CACHE_METADATA)).catch(() => undefined)) !== undefined;
}

/**
 * Where the lifecycle names the layouts that stand for registries here: paths that nobody asked for, and a digest that is not the
 * published one. Only in the phases in which no buildpack runs, so that nothing of theirs is left out.
 */
function namesOurLayout(line: string, phase: LifecyclePhase | undefined): boolean {
  return (phase === 'analyze' || phase === 'export') && line.includes(`${IN_BUILD.layout}/`);
}
