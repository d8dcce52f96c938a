import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import type { BuilderImage } from '../../engine/types.ts';
import { optional } from '../../json/json.ts';
import { allInOrder, allOrFirstFailure } from '../../parallel/parallel.ts';
import type { Policy } from '../../policy/index.ts';
import type { Ports } from '../../ports/index.ts';
import { type CompleteRequest, selectFiles } from '../../project/index.ts';
import type { Repository } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import type { BuildCaches } from '../cache/build-caches.ts';
import { makePlan, plannedDestinations } from '../make-plan.ts';
import type { Plan } from '../plan.ts';
import { guardRequest, type PolicyGuard } from '../policy/guard.ts';
import { plannedPolicy } from '../policy/planned-policy.ts';
import { resolvedFacts } from '../policy/resolved-facts.ts';
import type { ObservedReader } from '../policy/seen-digests.ts';
import { placeApp } from './app.ts';
import { resolveBuilder } from './builder.ts';
import { type BuildConfig, overridesOf, writeConfig } from './config.ts';
import { makeWritableFolders, writeInputLayouts } from './fill.ts';
import {
  type CachesUnderWay,
  findCaches,
  type FoundCaches,
  previousReferences,
  restoreCaches,
} from './layer-caches.ts';
import { platformContents } from './platform-contents.ts';
import { writePlatformDirectory } from './platform-directory.ts';
import { findPreviousImage, type PreviousImage } from './previous-image.ts';
import { requirePushRights } from './push-rights.ts';
import { imagesFor, resolveOnBuilder } from './resolve-images.ts';
import type { ResolvedRunImage } from './run-image.ts';
import { creationSeconds } from './source-facts.ts';

/** Everything that could be wrong has been looked at, and nothing has been pulled yet. */
export interface Resolved {
  readonly plan: Plan;
  readonly request: CompleteRequest;
  /** What the engine runs. */
  readonly builder: BuilderImage;
  readonly runImage: ResolvedRunImage;
  readonly previous?: PreviousImage;
  readonly config: BuildConfig;
  readonly caches?: BuildCaches;
  /** Those that the build has kept so far, and must keep to its end. */
  readonly policies: readonly Policy[];
  /** The layer cache is on its way into the directory that `ResolveContext.directory` named. */
  readonly restoring?: Promise<void>;
}

export interface ResolveContext {
  readonly registry: RegistryClient;
  readonly ports: Ports;
  /** A directory for files from the web, made when it is needed; the caller removes it when the build directory is filled. */
  readonly scratch: string;
  /** The build directory, if it is there: the layer cache is brought back as soon as the builder is known, since that may be much. */
  readonly directory?: BuildDirectory;
  /** Aborted when the build has failed: nobody waits for its layer cache then. */
  readonly over?: AbortController;
  /** Somebody else runs the lifecycle: whether the build is hermetic can't be vouched for. */
  readonly runsElsewhere?: boolean;
}

/**
 * The first half of PREPARE: reads manifests, configurations and labels, looks at rights, and makes the plan.
 *
 * @throws InputError, PolicyError, BuildpacksError `denied` or `temporary` before anything is pulled or written
 */
export async function resolveBuild(request: CompleteRequest, context: ResolveContext): Promise<Resolved> {
  const { registry, ports, directory, over = new AbortController() } = context;
  // First: where it can't be known, no question to a registry is left behind.
  const creationTime = creationSeconds(request.creationTime, request.app, ports);
  const guard = await guardRequest(request, context);
  const images = imagesFor(request, registry);
  const resolving = resolveBuilder(request, images.reader, ports);
  // Neither rejects: who waits for the builder is told what is wrong with it, and an abort ends everything.
  const whileNeeded = { ...ports, signal: AbortSignal.any([ports.signal, over.signal]) };
  const finding = resolving
    .then((builder) => findCaches(request, builder, { ...context, ports: whileNeeded }))
    .catch((): FoundCaches => ({}));
  const restoring =
    directory && restoreCaches(request, { resolving, finding }, directory, whileNeeded).catch(() => undefined);
  try {
    const resolved = await resolveAll(
      request,
      { resolving, finding },
      { ...context, over, creationTime, images, guard },
    );
    const { caches } = await finding;
    return { ...resolved, ...optional('caches', caches), ...optional('restoring', restoring) };
  } catch (error) {
    over.abort(error);
    await restoring;
    throw error;
  }
}

interface AllContext extends ResolveContext {
  readonly over: AbortController;
  readonly creationTime: number | undefined;
  readonly images: ObservedReader;
  readonly guard: PolicyGuard;
}

async function resolveAll(
  request: CompleteRequest,
  { resolving, finding }: CachesUnderWay,
  context: AllContext,
): Promise<Resolved> {
  const { registry, ports, over, creationTime, guard } = context;
  const { platform } = request;
  const decisive = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      over.abort(error);
      throw error;
    });
  // What needs the builder and what does not: side by side, since each step is a question and its answer over a network.
  // The right to push is asked for first: the token that answers it serves for reading the previous image too.
  const mayPush = decisive(requirePushRights(plannedDestinations(request), registry));
  const onBuilder = decisive(resolving.then((found) => resolveOnBuilder(request, found, context)));
  const [{ builder, runImage, configuration }, search] = await allInOrder([
    onBuilder,
    previousReferences(request, finding).then((found) =>
      findPreviousImage({ candidates: found, platform, outputs: outputsOf(request) }, registry),
    ),
    mayPush,
  ]);
  if (search.obstacle !== undefined) ports.log.warn(search.obstacle);
  const { found: previous } = search;
  const config = { ...configuration, runImage: runImage.overridden };
  const { digestsOf } = context.images;
  const facts = guard.admit(resolvedFacts(request, { builder, runImage, configuration, digestsOf }));
  const plan = makePlan({
    request,
    builder,
    runImage,
    overrides: overridesOf(config),
    policy: plannedPolicy(guard.policies, facts),
    ...(previous !== undefined && { previousImage: previous.planned }),
    ...optional('creationTime', creationTime),
  });
  return {
    plan,
    request,
    policies: guard.policies,
    builder: builder.provided,
    runImage,
    config,
    ...(previous !== undefined && { previous }),
  };
}

/** The second half: writes the build directory. Beside it the engine may get the builder ready. */
export async function fillBuildDirectory(resolved: Resolved, directory: BuildDirectory, ports: Ports): Promise<void> {
  const { plan, request, runImage, previous, config } = resolved;
  const owner = ports.machine.uid === 0 ? plan.builder.owner : undefined;
  await mkdir(directory.root, { recursive: true, mode: 0o700 });
  await allOrFirstFailure([
    placeApp({
      request,
      target: directory.workspace,
      includes: selectFiles(request.files),
      log: ports.log,
      signal: ports.signal,
      ...(owner && { owner }),
    }),
    writePlatformDirectory(directory.platform, platformContents(request, resolved.builder, ports)),
    writeConfig(directory.config, config),
    writeInputLayouts(directory, runImage, previous).then(() => makeWritableFolders(directory, owner)),
    resolved.restoring ?? resolved.caches?.fill(directory.cache, owner, ports) ?? Promise.resolve(),
  ]);
  await writePlan(plan, directory);
}

function outputsOf({ publish, destinations }: CompleteRequest): readonly Repository[] {
  return publish ? destinations.map(({ repository }) => repository) : [];
}

async function writePlan(plan: Plan, directory: BuildDirectory): Promise<void> {
  const unfinished = `${directory.plan}.${randomUUID()}`;
  await writeFile(unfinished, `${JSON.stringify(plan, undefined, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, directory.plan);
}
