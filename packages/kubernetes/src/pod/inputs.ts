import {
  CONNECTION_INPUTS,
  describeInOneLine,
  type InputDefinition,
  type InputName,
  INPUTS,
  REBASE_INPUTS,
} from '@buildpacks-ci/core';

/** What a Pod decides by its own means, or has no place for: the app is read only, and nothing of the build stays in the Pod. */
const LEFT_OUT: ReadonlySet<InputName> = new Set([
  'engine',
  'network',
  'volumes',
  'platform',
  'uid',
  'gid',
  'load',
  'output',
  'sbom-directory',
  'report-directory',
]);

/** Secret as a whole. A proxy is one only with a password, which must not be in a manifest either. */
const SECRETS: ReadonlySet<string> = new Set(['registry-auth', 'cache-sign-key']);

type Input = InputDefinition & { readonly name: InputName };

/** Every input that a build in one Pod has, in the schema's order. */
export const POD_INPUTS: readonly Input[] = INPUTS.filter(({ name }) => !LEFT_OUT.has(name) && !SECRETS.has(name));

/** Those of them that PUBLISH has too; all else it takes from the plan. */
export const PUBLISH_INPUTS: readonly Input[] = POD_INPUTS.filter(
  ({ name }) => name === 'log-level' || name === 'policy' || CONNECTION_INPUTS.includes(name),
);

/** Every input of a rebase; a Pod has no files with lists. */
export const REBASE_POD_INPUTS: readonly InputDefinition[] = REBASE_INPUTS.filter(
  ({ name }) => name !== 'list' && !SECRETS.has(name),
);

/** In a Pod an image can go to a registry only. */
const IMAGE =
  'The image to build, `registry/repository[:tag]`. Capitals in the name are lower-cased with a notice. It may be left out when `tags` holds a full reference.';

/** @param manifest what has the value in it: whoever may read that reads a password too */
export function describeInput(input: InputDefinition, manifest: 'run' | 'workflow'): string {
  const note = input.secret === true ? ` Without a password: whoever may read the ${manifest} could read it.` : '';
  const described = input.name === 'image' ? { ...input, description: IMAGE } : input;
  return `${describeInOneLine(described)}${note}`;
}

/** What the builder has to be in a Pod, where a container is it. */
export const BUILDER =
  'The builder, `registry/repository@sha256:…`: an image on a registry, which the container that runs the buildpacks is. By tag only with `allow-builder-tag`, since the node and the build look tags up separately.';
