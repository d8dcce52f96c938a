import { rm } from 'node:fs/promises';
import { temporaryDirectory } from '../files/temporary-directory.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { evaluate, loadPolicies, requirePolicy } from '../policy/index.ts';
import type { CheckOutcome } from './outcome.ts';
import type { Ports } from '../ports/index.ts';
import { withProject } from '../build/build.ts';
import { explained } from '../build/failure.ts';
import { admitRequest } from '../build/named-places.ts';
import { resolveBuilder } from '../build/prepare/builder.ts';
import { imagesFor, resolveOnBuilder } from '../build/prepare/resolve-images.ts';
import { openSession, type Session } from '../build/session.ts';
import { type BuildFacts, requestFacts } from '../build/policy/request-facts.ts';
import { resolvedFacts } from '../build/policy/resolved-facts.ts';

/**
 * What policies would say to a build before it runs. Registries are asked only when the request itself is allowed, and nothing is pulled
 * but labels.
 *
 * @throws InputError when there is no policy, or the build could not be planned
 */
export async function previewPolicy(request: BuildRequest, ports: Ports): Promise<CheckOutcome> {
  return explained(ports.signal, async () => {
    const session = openSession(ports, request.connection, [request.app.path]);
    admitRequest(request, ports.network);
    const complete = await withProject(request, session.ports);
    const policies = await loadPolicies(complete.policies, session);
    requirePolicy(policies);
    const judge = (facts: BuildFacts) => evaluate(policies, { ...facts, now: ports.clock.now() });
    const asked = judge(requestFacts(complete));
    const judgement = asked.violations.length > 0 ? asked : judge(await resolve(complete, session));
    return { policies, subjects: [{ name: 'the build', ...judgement }], leftOut: [] };
  });
}

async function resolve(request: Parameters<typeof requestFacts>[0], { registry, ports }: Session): Promise<BuildFacts> {
  const scratch = await temporaryDirectory(ports.machine);
  try {
    const images = imagesFor(request, registry);
    const builder = await resolveBuilder(request, images.reader, ports);
    const found = await resolveOnBuilder(request, builder, { images, ports, scratch });
    return resolvedFacts(request, { ...found, digestsOf: images.digestsOf });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
