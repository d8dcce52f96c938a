import { readdir, rm } from 'node:fs/promises';
import { type BuilderImage, selectEngine } from '../engine/index.ts';
import { BuildpacksError, InputError } from '../errors/index.ts';
import { temporaryDirectory } from '../files/temporary-directory.ts';
import type { BuildRequest, ConnectionInputs, PublishInputs } from '../inputs/index.ts';
import { optional } from '../json/json.ts';
import { layoutImage, openLayout } from '../layout/index.ts';
import { fullName } from '../mirrors/index.ts';
import type { Ports } from '../ports/index.ts';
import type { CompleteRequest } from '../project/index.ts';
import { atDigest, familiarReference, parseReference } from '../reference/index.ts';
import type { BuildResult } from '../report/result.ts';
import { withProject } from './build.ts';
import { type BuildDirectory, buildDirectory } from '../lifecycle/build-directory.ts';
import { BuildCaches } from './cache/build-caches.ts';
import { explained } from './failure.ts';
import { admitPlan, admitRequest } from './named-places.ts';
import { type Plan, readPlan } from './plan.ts';
import { publishPolicies } from './policy/planned-policy.ts';
import { readNamedImage, registryBuilder, storedBuilder } from './prepare/builder.ts';
import { fillBuildDirectory, type Resolved, resolveBuild } from './prepare/prepare.ts';
import { publishOutput } from './publish/publish.ts';
import { runLifecycle } from './run.ts';
import { openSession, type Session } from './session.ts';

/**
 * PREPARE on its own: the build directory is ready for whoever runs the lifecycle.
 *
 * @param root of the build directory; made when it is missing
 * @throws InputError on `build-directory` when it is not empty: what an earlier build left there would get into this one
 */
export async function prepareBuild(request: BuildRequest, ports: Ports, root: string): Promise<void> {
  await explained(ports.signal, () =>
    prepare(request, openSession(ports, request.connection, [request.app.path]), root),
  );
}

async function prepare(request: BuildRequest, session: Session, root: string): Promise<void> {
  await requireEmpty(root, 'build-directory');
  session.ports.log.phase('prepare');
  await prepareDirectory(request, session, buildDirectory(root));
}

/**
 * Fills an empty build directory.
 *
 * @returns what was found out, of which the plan is in the directory
 */
export async function prepareDirectory(
  request: BuildRequest,
  session: Session,
  directory: BuildDirectory,
): Promise<Resolved> {
  admitRequest(request, session.ports.network);
  const complete = await withProject(request, session.ports);
  const scratch = await temporaryDirectory(session.ports.machine);
  try {
    const resolved = await resolveBuild(complete, { ...session, scratch, runsElsewhere: true });
    requirePinned(complete, resolved);
    await fillBuildDirectory(resolved, directory, session.ports);
    await resolved.caches?.handOver(directory.caches);
    return resolved;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The node and our own client look a tag up separately (`docs/inputs.md`, `allow-builder-tag`). */
function requirePinned({ builder, allowBuilderTag }: CompleteRequest, { plan }: Resolved): void {
  if (builder.kind !== 'registry' || builder.reference.kind === 'digest' || allowBuilderTag) return;
  throw new InputError([
    {
      input: 'builder',
      message: `"${familiarReference(builder.reference)}" has no digest, and the stages of a build may run in containers that look it up again`,
      hint: `Write ${fullName(atDigest(builder.reference, plan.builder.digest))}, or set allow-builder-tag to true.`,
    },
  ]);
}

/** @throws InputError */
export async function requireEmpty(root: string, input: string): Promise<void> {
  const [found] = await readdir(root).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  if (found === undefined) return;
  throw new InputError([
    {
      input,
      message: `"${root}" is not empty: it holds "${found}"`,
      hint: 'Give each build a directory of its own.',
    },
  ]);
}

/** RUN on its own, in an engine of this machine. */
export async function runBuild(root: string, connection: ConnectionInputs, ports: Ports): Promise<void> {
  await explained(ports.signal, () => run(root, connection, openSession(ports, connection, [root])));
}

async function run(root: string, connection: ConnectionInputs, session: Session): Promise<void> {
  const { ports } = session;
  const directory = buildDirectory(root);
  const plan = await readPlan(directory);
  const engine = await selectEngine(plan.engine, ports);
  try {
    const builder = await plannedBuilder(plan, connection, session);
    await engine.provide(builder, directory, ports.signal);
    await runLifecycle({ plan, directory, engine, builder, connection }, ports);
  } finally {
    await engine.dispose();
  }
}

/** PUBLISH on its own: takes its targets from the plan, and what RUN left as hostile input. */
export async function publishBuild(root: string, inputs: PublishInputs, ports: Ports): Promise<BuildResult> {
  return explained(ports.signal, () => publish(root, inputs, openSession(ports, inputs.connection, [root])));
}

async function publish(root: string, inputs: PublishInputs, session: Session): Promise<BuildResult> {
  const directory = buildDirectory(root);
  return publishDirectory(await readPlan(directory), directory, inputs, session);
}

/** Publishes what another process or container has made by the plan. */
export async function publishDirectory(
  plan: Plan,
  directory: BuildDirectory,
  { signKey, policies }: PublishInputs,
  session: Session,
): Promise<BuildResult> {
  admitPlan(plan, session.ports.network);
  const held = await publishPolicies(plan, policies, session);
  warnOfTag(plan, session.ports);
  const caches = await openCaches(plan, directory, session);
  const facts = {
    engine: 'staged',
    // Who ran the lifecycle is not known here.
    isHermetic: false,
    policies: held,
    phases: [],
    warnings: session.warnings,
    ...optional('caches', caches),
    ...optional('signKey', signKey),
  };
  return publishOutput(plan, directory, facts, session.registry, session.ports);
}

/** The layer caches as PREPARE left them, which has verified what was to be verified. */
async function openCaches(
  { cache, builder }: Plan,
  directory: BuildDirectory,
  { registry, ports }: Session,
): Promise<BuildCaches | undefined> {
  if (cache === undefined) return undefined;
  const caches = new BuildCaches(cache, {
    builder: builder.digest,
    verifyKeys: [],
    registry,
    clock: ports.clock,
    ...optional('hostStores', ports.cacheStores),
  });
  await caches.takeOver(directory.caches);
  return caches;
}

/** What `allow-builder-tag` let through stands in the result. */
function warnOfTag({ builder }: Plan, { log }: Ports): void {
  if (/^(?:oci:|docker:\/\/)|@sha256:/.test(builder.name)) return;
  log.warn(`the builder ${builder.name} was named by tag: that the build ran in ${builder.digest} is not verified`);
}

/** The builder that the plan names, by its digest, without the layers that PREPARE found to be unused. */
async function plannedBuilder(plan: Plan, connection: ConnectionInputs, session: Session): Promise<BuilderImage> {
  const found = await readPlannedBuilder(plan, connection, session);
  const { unusedLayers } = plan.builder;
  return { ...found, ...optional('unusedLayers', unusedLayers === undefined ? undefined : new Set(unusedLayers)) };
}

async function readPlannedBuilder(
  plan: Plan,
  connection: ConnectionInputs,
  { registry, ports }: Session,
): Promise<BuilderImage> {
  const { name, digest } = plan.builder;
  if (name.startsWith('docker://')) return storedBuilder(digest, ports);
  if (name.startsWith('oci:')) {
    const image = await layoutImage(await openLayout(name.slice('oci:'.length)), plan.platform);
    if (image.raw.digest === digest) return { image };
    throw new BuildpacksError('image', `the builder in "${name}" is ${image.raw.digest}, and the plan names ${digest}`);
  }
  const { repository } = parseReference(name, 'builder');
  const reference = { kind: 'digest', repository, digest } as const;
  return registryBuilder(reference, await readNamedImage(reference, plan.platform, registry, 'builder'), connection);
}
