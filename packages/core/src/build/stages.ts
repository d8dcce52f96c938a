import { selectEngine } from '../engine/index.ts';
import { BuildpacksError } from '../errors/index.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { layoutImage, openLayout } from '../layout/index.ts';
import type { Ports } from '../ports/index.ts';
import { parseReference } from '../reference/index.ts';
import type { BuildResult } from '../report/result.ts';
import { withProject } from './build.ts';
import { buildDirectory } from '../lifecycle/build-directory.ts';
import { type Plan, readPlan } from './plan.ts';
import { readNamedImage } from './prepare/builder.ts';
import { fillBuildDirectory, resolveBuild } from './prepare/prepare.ts';
import { publishOutput } from './publish/publish.ts';
import { runLifecycle } from './run.ts';
import { openSession, type Session } from './session.ts';

/** PREPARE on its own: the build directory is ready for whoever runs the lifecycle. */
export async function prepareBuild(request: BuildRequest, ports: Ports, root: string): Promise<void> {
  const session = openSession(ports, [request.app.path]);
  session.ports.log.phase('prepare');
  const complete = await withProject(request, session.ports);
  const resolved = await resolveBuild(complete, session.registry, session.ports);
  await fillBuildDirectory(resolved, buildDirectory(root), session.ports);
}

/** RUN on its own, in an engine of this machine. */
export async function runBuild(root: string, ports: Ports): Promise<void> {
  const directory = buildDirectory(root);
  const plan = await readPlan(directory);
  const session = openSession(ports, []);
  const engine = await selectEngine(plan.engine, session.ports);
  try {
    const builder = await plannedBuilder(plan, session);
    await engine.provide(builder, directory, ports.signal);
    await runLifecycle(plan, directory, engine, builder, session.ports);
  } finally {
    await engine.dispose();
  }
}

/** PUBLISH on its own: takes its targets from the plan, and what RUN left as hostile input. */
export async function publishBuild(root: string, ports: Ports): Promise<BuildResult> {
  const directory = buildDirectory(root);
  const plan = await readPlan(directory);
  const session = openSession(ports, []);
  const facts = { engine: 'staged', phases: [], warnings: session.warnings };
  return publishOutput(plan, directory, facts, session.registry, session.ports);
}

/** The builder that the plan names, by its digest. */
async function plannedBuilder(plan: Plan, { registry }: Session) {
  const { name, digest } = plan.builder;
  if (name.startsWith('oci:')) {
    const image = await layoutImage(await openLayout(name.slice('oci:'.length)), plan.platform);
    if (image.raw.digest === digest) return { image };
    throw new BuildpacksError('image', `the builder in "${name}" is ${image.raw.digest}, and the plan names ${digest}`);
  }
  const { repository } = parseReference(name, 'builder');
  const reference = { kind: 'digest', repository, digest } as const;
  return { reference, image: await readNamedImage(reference, plan.platform, registry, 'builder') };
}
