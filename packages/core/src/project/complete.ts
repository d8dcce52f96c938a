import { inputError, Problems } from '../errors/problems.ts';
import type { BuilderSource, BuildpackLocator, BuildRequest, ProjectTomlRights } from '../inputs/index.ts';
import { optional } from '../json/json.ts';
import { parseReference } from '../reference/index.ts';
import type { FileWarning } from '../toml/findings.ts';
import type { DescriptorBuildpack, ProjectDescriptor, ProjectMetadata } from './descriptor.ts';
import type { FileSelection } from './files.ts';

/** A request to which the project descriptor has been added: all that a build needs to know from its user. */
export interface CompleteRequest extends BuildRequest {
  readonly builder: BuilderSource;
  readonly files: FileSelection;
  readonly project?: ProjectMetadata;
  readonly warnings: readonly FileWarning[];
}

/**
 * Adds what the project descriptor says to what the inputs say; the inputs win. The request's trust decides what the descriptor
 * may name (`docs/inputs.md`, "What a run may do").
 *
 * @throws InputError when there is no builder, or the descriptor names what it may not
 */
export function completeRequest(request: BuildRequest, project: ProjectDescriptor | undefined): CompleteRequest {
  const problems = new Problems();
  const may = request.trust.projectTomlMay;
  const choose = (given: readonly BuildpackLocator[], written: readonly DescriptorBuildpack[] | undefined) =>
    given.length > 0 ? given : allowed(forExecEnv(written ?? [], request.execEnv), may, problems);

  const builder = request.builder ?? problems.attempt(() => builderOf(project, may), project?.builder?.place);
  const buildpacks = choose(request.buildpacks, project?.group);
  const pre = choose(request.preBuildpacks, project?.pre);
  const post = choose(request.postBuildpacks, project?.post);
  problems.throwIfAny();
  if (builder === undefined) throw new TypeError('a missing builder was not reported');

  // As in pack, only the builder's own order is added to.
  const replaced = buildpacks.length > 0 && pre.length + post.length > 0;
  if (replaced) problems.notice('pre-buildpacks, post-buildpacks: not used, since buildpacks are given');
  const variables = forExecEnv(project?.variables ?? [], request.execEnv);
  return {
    ...request,
    builder,
    buildpacks,
    preBuildpacks: replaced ? [] : pre,
    postBuildpacks: replaced ? [] : post,
    environment: {
      ...Object.fromEntries(variables.map((variable) => [variable.name, variable.value])),
      ...request.environment,
    },
    files: project?.files ?? { kind: 'all' },
    ...optional('project', project?.metadata),
    warnings: project?.warnings ?? [],
    notices: [...request.notices, ...problems.notices],
  };
}

function builderOf(project: ProjectDescriptor | undefined, may: ProjectTomlRights): BuilderSource {
  const image = project?.builder?.image;
  const hint = 'Set "builder" to a builder image, for example docker.io/paketobuildpacks/ubuntu-noble-builder.';
  if (image === undefined) throw inputError('builder', 'it is missing', hint);
  // Who may choose the builder may choose a tag, as in the input: the plan pins what it stands for.
  if (may.builder) return { kind: 'registry', reference: parseReference(image, 'builder') };
  throw inputError('builder', `it is missing; "${image}" in project.toml is not used in an untrusted run`, hint);
}

/** The locators of a group, those that this run may not fetch reported. */
function allowed(
  buildpacks: readonly DescriptorBuildpack[],
  may: ProjectTomlRights,
  problems: Problems,
): readonly BuildpackLocator[] {
  for (const { locator, key, place } of may.foreignBuildpacks ? [] : buildpacks) {
    if (locator.kind !== 'image' && locator.kind !== 'url') continue;
    problems.add({
      input: key,
      message: 'an untrusted run uses no buildpacks from elsewhere',
      hint: 'Name a buildpack on the builder, or give this one with the input "buildpacks".',
      place,
    });
  }
  return buildpacks.map((buildpack) => buildpack.locator);
}

function forExecEnv<T extends { readonly execEnv: readonly string[] }>(
  entries: readonly T[],
  current: string,
): readonly T[] {
  return entries.filter(({ execEnv }) => execEnv.length === 0 || execEnv.includes(current) || execEnv.includes('*'));
}
