import type { InputProblem } from '../errors/index.ts';
import { nearestName } from '../errors/nearest-name.ts';
import { type InputName, INPUTS } from './schema.ts';

/** Names that people bring along from docker/build-push-action and pack, and what to write instead. */
const HABITS: ReadonlyMap<string, string> = new Map([
  ['push', 'Use "publish": auto, true or false.'],
  ['context', 'Use "path" for the app directory.'],
  ['file', 'There is no Dockerfile here: use "path" for the app directory, or "descriptor" for a project.toml.'],
  ['dockerfile', 'There is no Dockerfile here: use "path" for the app directory.'],
  ['target', 'There are no stages here; "default-process" chooses what the image starts.'],
  ['build-arg', 'Use "env", one K=V per line.'],
  ['build-args', 'Use "env", one K=V per line.'],
  ['secret', 'Use "bindings", for example npmrc/.npmrc=FILE and npmrc/type=npmrc on two lines.'],
  ['secrets', 'Use "bindings", for example npmrc/.npmrc=FILE and npmrc/type=npmrc on two lines.'],
  ['secret-envs', 'Use "bindings": a secret in the environment can end up in the image.'],
  ['secret-files', 'Use "bindings", one name/key=file per line.'],
  ['tag', 'Use "tags", one per line.'],
  ['label', 'Use "labels", one K=V per line.'],
  ['annotation', 'Use "annotations", one K=V per line.'],
  ['platforms', 'Use "platform"; one run builds for one platform.'],
  ['cache-from', 'Use "cache-store" for the place and "cache" for the mode.'],
  ['cache-to', 'Use "cache-store" for the place and "cache" for the mode.'],
  ['cache-image', 'Use "cache-store" for the place and "cache" for the mode.'],
  ['no-cache', 'Use "clear-cache".'],
  ['outputs', 'Use "output": oci:DIR or oci-archive:FILE.'],
  ['buildpack', 'Use "buildpacks", one per line.'],
  ['pre-buildpack', 'Use "pre-buildpacks", one per line.'],
  ['post-buildpack', 'Use "post-buildpacks", one per line.'],
  ['env-file', 'Use "env-files", one path per line.'],
  ['volume', 'Use "volumes", one per line.'],
  ['sbom-output-dir', 'Use "sbom-directory".'],
  ['report-output-dir', 'Use "report-directory".'],
  ['date-time', 'Use "creation-time".'],
  ['trust-builder', 'Nothing is needed: every builder runs without credentials, and "trust" is about the run.'],
  ['insecure-registry', 'Use "insecure-registries", one per line.'],
]);

const NAMES: ReadonlySet<string> = new Set(INPUTS.map((input) => input.name));

export function isInputName(name: string): name is InputName {
  return NAMES.has(name);
}

/** What to say about a name that is no input. */
export function unknownInput(name: string): InputProblem {
  return mistakenInput(name) ?? { ...noInput(name), hint: 'All inputs are listed in docs/inputs.md.' };
}

/**
 * What to say about a name that is no input and was surely meant as one: a habit, or a slip.
 *
 * @param names all that there are; an adapter may have more than the schema
 */
export function mistakenInput(name: string, names: ReadonlySet<string> = NAMES): InputProblem | undefined {
  const habit = HABITS.get(name.toLowerCase());
  if (habit !== undefined) return { ...noInput(name), hint: habit };
  const nearest = nearestName(name, names);
  return nearest === undefined ? undefined : { ...noInput(name), hint: `Did you mean "${nearest}"?` };
}

function noInput(name: string): InputProblem {
  return { input: name, message: `there is no input "${name}"` };
}
