import path from 'node:path';
import { selectEngine } from '../engine/index.ts';
import type { Engine } from '../engine/types.ts';
import { removeTree } from '../files/remove-tree.ts';
import { temporaryDirectory } from '../files/temporary-directory.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { optional } from '../json/json.ts';
import { allInOrder } from '../parallel/parallel.ts';
import type { Ports } from '../ports/index.ts';
import { completeRequest, type CompleteRequest, readProject } from '../project/index.ts';
import type { BuildResult, PhaseTime } from '../report/result.ts';
import { type BuildDirectory, buildDirectory } from '../lifecycle/build-directory.ts';
import { explained } from './failure.ts';
import { admitRequest } from './named-places.ts';
import type { Plan } from './plan.ts';
import { fillBuildDirectory, type Resolved, resolveBuild } from './prepare/prepare.ts';
import { publishOutput } from './publish/publish.ts';
import { LayerGoneError } from './publish/push.ts';
import { runLifecycle } from './run.ts';
import { openSession, type Session } from './session.ts';
import { removeSpent } from './spent.ts';

/**
 * Builds, publishes and reports one app image: all three stages in this process. Nothing is left behind but the image, its reports and
 * the cache.
 *
 * @throws InputError before anything is pulled; LifecycleError when the build fails; BuildpacksError otherwise
 */
export async function build(request: BuildRequest, ports: Ports): Promise<BuildResult> {
  return explained(ports.signal, async () => {
    const session = openSession(ports, request.connection, [request.app.path]);
    admitRequest(request, ports.network);
    try {
      return await buildHere(request, session);
    } catch (error) {
      if (!(error instanceof LayerGoneError) || error.source !== 'previous-image') throw error;
      session.ports.log.warn(`${error.message}; the image is built again without it`);
      return await buildHere({ ...request, previousImage: { kind: 'none' } }, session);
    }
  });
}

async function buildHere(request: BuildRequest, session: Session): Promise<BuildResult> {
  const { ports } = session;
  const complete = await withProject(request, ports);
  const root = await temporaryDirectory(ports.machine);
  const directory = buildDirectory(root);
  let engine: Engine | undefined;
  const over = new AbortController();
  // None of these rejects: what fails here is told by whoever waits for it below.
  const beside: Promise<unknown>[] = [];
  try {
    ports.log.phase('prepare');
    const started = ports.clock.now();
    const resolving = resolveBuild(complete, { ...session, scratch: path.join(root, 'fetched'), directory, over });
    beside.push(
      resolving.then(
        ({ restoring }) => restoring,
        () => undefined,
      ),
    );
    const [resolved, selected] = await allInOrder([resolving, selectEngine(complete.engine, ports)]);
    engine = selected;
    await getReady(resolved, engine, directory, { ports, over });
    const prepared: PhaseTime = { name: 'prepare', milliseconds: ports.clock.now() - started };
    const { plan, builder } = resolved;
    const { phases } = await runLifecycle({ plan, directory, engine, builder, connection: request.connection }, ports);
    beside.push(
      engine.dispose().catch(() => undefined),
      removeSpent(directory, ports),
    );
    const facts = {
      engine: engine.description,
      isHermetic: ranHermetically(plan),
      policies: resolved.policies,
      phases: [prepared, ...phases],
      warnings: session.warnings,
      ...optional('caches', resolved.caches),
      ...optional('signKey', request.cache.signKey),
    };
    return await publishOutput(plan, directory, facts, session.registry, ports);
  } finally {
    over.abort();
    await Promise.all(beside);
    await engine?.dispose();
    await removeTree(root, ports);
  }
}

/** What the plan says is so once the engine has run it: no engine goes on where it can't take the network away. */
function ranHermetically({ lifecycle }: Plan): boolean {
  return lifecycle.network === 'none' && lifecycle.volumes.length === 0;
}

/** Reads project.toml and adds it to the request; says what was decided on the user's behalf. */
export async function withProject(request: BuildRequest, { log, machine }: Ports): Promise<CompleteRequest> {
  const { app, descriptor } = request;
  const complete = completeRequest(
    request,
    descriptor === undefined ? undefined : await readProject(descriptor, app, machine.workingDirectory),
  );
  for (const notice of complete.notices) log.info(notice);
  for (const warning of complete.warnings) log.warn(warning.message, warning.place);
  return complete;
}

/** The builder is pulled while the build directory is written. A failure of one ends the other before anything is removed. */
async function getReady(
  resolved: Resolved,
  engine: Engine,
  directory: BuildDirectory,
  { ports, over }: { readonly ports: Ports; readonly over: AbortController },
): Promise<void> {
  const signal = AbortSignal.any([ports.signal, over.signal]);
  const works = [
    engine.provide(resolved.builder, directory, signal),
    fillBuildDirectory(resolved, directory, { ...ports, signal }),
  ].map((work) =>
    work.catch((error: unknown) => {
      over.abort(error);
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(works)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw over.signal.reason ?? failed.reason;
}
