import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CACHE_METADATA } from '../cache/volume-cache.ts';
import type { BuilderImage, Engine } from '../engine/types.ts';
import { BuildpacksError } from '../errors/index.ts';
import { lifecycleError } from '../lifecycle/exit-codes.ts';
import { suspectBuildpacks } from '../lifecycle/failed-buildpack.ts';
import { followLifecycle, type LifecyclePhase, separateHeading } from '../lifecycle/log.ts';
import type { Ports } from '../ports/index.ts';
import type { PhaseTime } from '../report/result.ts';
import { type BuildDirectory, IN_BUILD } from '../lifecycle/build-directory.ts';
import type { Plan } from './plan.ts';

/** What RUN tells beside the files that it leaves in the build directory; the times are from its log, for people. */
export interface RunOutcome {
  readonly phases: readonly PhaseTime[];
}

const BEFORE_ALL = -1;

/**
 * RUN: the real lifecycle, in the engine, without a credential and without a registry. Foreign code runs here and nowhere else.
 *
 * @throws LifecycleError with the lifecycle's own exit status when it or a buildpack fails
 */
export async function runLifecycle(
  plan: Plan,
  directory: BuildDirectory,
  engine: Engine,
  builder: BuilderImage,
  ports: Ports,
): Promise<RunOutcome> {
  const { log, clock, signal } = ports;
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
