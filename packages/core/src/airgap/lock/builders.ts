import { withProject } from '../../build/build.ts';
import type { BuilderSource, BuildRequest } from '../../inputs/index.ts';
import type { Lock } from '../../lock/lock.ts';
import type { Ports } from '../../ports/index.ts';
import { type CompleteRequest, readProject } from '../../project/index.ts';

/** What is wanted of several builders: the request has the first of them, and everything else in it is for all. */
export interface BuildersRequest {
  readonly request: CompleteRequest;
  readonly builders: readonly BuilderSource[];
}

/**
 * The builders that a lock is for: those of the inputs, else that of project.toml, else those that the lock has already.
 *
 * @param more beside the one of `build`
 * @throws InputError when there is none
 */
export async function withBuilders(
  build: BuildRequest,
  more: readonly BuilderSource[],
  { before, ports }: { readonly before: Lock | undefined; readonly ports: Ports },
): Promise<BuildersRequest> {
  const [first, ...others] = before === undefined ? [] : lockedBuilders(before);
  if (first !== undefined && !(await namesBuilder(build, ports))) {
    return { request: await withProject({ ...build, builder: first }, ports), builders: [first, ...others] };
  }
  const request = await withProject(build, ports);
  return { request, builders: [request.builder, ...more] };
}

function lockedBuilders({ images }: Lock): readonly BuilderSource[] {
  return images
    .filter(({ roles }) => roles.includes('builder'))
    .map(({ reference }) => ({ kind: 'registry', reference }));
}

async function namesBuilder({ builder, descriptor, app }: BuildRequest, { machine }: Ports): Promise<boolean> {
  if (builder !== undefined) return true;
  if (descriptor === undefined) return false;
  return (await readProject(descriptor, app, machine.workingDirectory)).builder !== undefined;
}
