import { explained } from '../build/failure.ts';
import { admitRequest } from '../build/named-places.ts';
import type { BuildRequest } from '../inputs/index.ts';
import type { Ports } from '../ports/index.ts';
import { completeRequest, readProject } from '../project/index.ts';
import { withinReach } from '../registry/index.ts';
import { runChecks } from './checks/run.ts';
import { collectFacts, openMeans } from './collect.ts';
import { builderOrigin } from './engine-facts.ts';
import type { DoctorReport } from './report.ts';
import { subjectsOf } from './subjects.ts';

export interface DoctorOptions {
  /** Try everything that a build would need, too. */
  readonly check: boolean;
}

/**
 * Tells how a build with these inputs would reach what it needs; with `check`, whether it can. Builds nothing and pulls no layer.
 * The request may lack the image and the builder.
 *
 * @throws InputError when the inputs can't be used at all
 */
export async function doctor(request: BuildRequest, options: DoctorOptions, ports: Ports): Promise<DoctorReport> {
  return explained(ports.signal, async () => {
    admitRequest(request, ports.network);
    const complete = inClosedNetwork(await withBuilder(request, ports), ports);
    const subjects = subjectsOf(complete);
    const means = openMeans(complete, ports);
    const facts = await collectFacts(complete, subjects, means);
    if (!options.check) return facts;
    const { checks, builder } = await runChecks(complete, subjects, facts.engine, means);
    return { ...facts, engine: { ...facts.engine, ...builderOrigin(complete, facts.engine, builder) }, checks };
  });
}

/** Who is not asked offline is not looked at, either. */
function inClosedNetwork<T extends BuildRequest>(request: T, { network }: Ports): T {
  const { connection } = request;
  return { ...request, connection: { ...connection, mirrors: withinReach(connection.mirrors, network.reach) } };
}

/** Adds what project.toml says; without a builder anywhere the rest can still be told. */
async function withBuilder(request: BuildRequest, { machine }: Ports): Promise<BuildRequest> {
  const { app, descriptor } = request;
  const project = descriptor === undefined ? undefined : await readProject(descriptor, app, machine.workingDirectory);
  if (request.builder === undefined && project?.builder?.image === undefined) return request;
  return completeRequest(request, project);
}
