import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Digest, type HandOverTerms, type InputProblem, isDigest, type RawInputs } from '@buildpacks-ci/core';
import { flagValue, type Invocation } from './command.ts';
import { BUILD_DIRECTORY_OPTION, type Option } from './option.ts';
import {
  BINDINGS_DIRECTORY_OPTION,
  BUILT_OPTION,
  CACHE_DIRECTORY_OPTION,
  HAND_OVER_OPTION,
  PLAN_DIGEST_OPTION,
  PROXY_DIRECTORY_OPTION,
  RESULT_OPTION,
  SAME_USER_OPTION,
} from './pod-options.ts';
import { readProxyFiles } from './proxy-files.ts';
import { visibleNames } from './volume.ts';

/**
 * The folder by which a build goes from one container to the next, absolute; undefined where the stages share a build directory. Between
 * `prepare` and `publish` runs `BUILD_SCRIPT` of core, in a container that is the builder itself.
 */
export function handOverFolder(invocation: Invocation): string | undefined {
  return folderOf(invocation, HAND_OVER_OPTION);
}

/** Options that mean nothing where the stages share a build directory. */
const FOR_CONTAINERS: readonly Option[] = [
  CACHE_DIRECTORY_OPTION,
  BINDINGS_DIRECTORY_OPTION,
  PROXY_DIRECTORY_OPTION,
  SAME_USER_OPTION,
  BUILT_OPTION,
  PLAN_DIGEST_OPTION,
  RESULT_OPTION,
];

/** What is wrong with the way in which the stages of this build are to share it. */
export function sharingProblems(invocation: Invocation): readonly InputProblem[] {
  const given = ({ name }: Option) => flagValue(invocation, name) !== undefined;
  if (handOverFolder(invocation) === undefined) {
    return FOR_CONTAINERS.filter(given).map(({ name }) => ({
      input: name,
      message: `it is given without ${HAND_OVER_OPTION.name}`,
      hint: `Give --${HAND_OVER_OPTION.name}=DIR too, or leave it out.`,
    }));
  }
  if (!given(BUILD_DIRECTORY_OPTION)) return [];
  const hint = `Keep --${HAND_OVER_OPTION.name} for a container that is the builder, --${BUILD_DIRECTORY_OPTION.name} for buildpacks-ci run.`;
  return [{ input: HAND_OVER_OPTION.name, message: `it is given beside ${BUILD_DIRECTORY_OPTION.name}`, hint }];
}

/** Inputs with what a Pod's volumes hold, and what is wrong with these. */
interface PodInputs {
  readonly inputs: RawInputs;
  readonly problems: readonly InputProblem[];
}

/**
 * The inputs of PREPARE with what a Pod has for them: what connections need, a volume for the cache that is asked first, a volume with
 * bindings, and the user whom the cluster has chosen for all of its containers.
 */
export function withPodInputs(invocation: Invocation): PodInputs {
  const { inputs, problems } = withConnectionVolumes(invocation);
  const cache = folderOf(invocation, CACHE_DIRECTORY_OPTION);
  const folder = folderOf(invocation, BINDINGS_DIRECTORY_OPTION);
  const bindings = folder === undefined ? [] : bindingsIn(folder);
  const { uid, gid } = invocation.host.machine;
  const users = flagValue(invocation, SAME_USER_OPTION.name) || 'fixed';
  return {
    inputs: {
      ...inputs,
      ...(cache !== undefined && { 'cache-store': [`dir:${cache}`, ...itemsOf(inputs['cache-store'])] }),
      ...(folder !== undefined && { bindings: [...(bindings ?? []), ...itemsOf(inputs['bindings'])] }),
      ...(CHOSEN_BY_CLUSTER.includes(users) && { uid: String(uid), gid: String(gid) }),
    },
    problems: [
      ...problems,
      ...usersProblems(users),
      ...(folder === undefined ? [] : bindingsProblems(folder, bindings)),
    ],
  };
}

/** Who chooses the users, in the words of a flag and of the parameter `users` of Argo's template. */
const CHOSEN_BY_CLUSTER: readonly string[] = ['true', 'cluster'];
const CHOSEN_BY_IMAGES: readonly string[] = ['false', 'fixed'];

/** A misspelt word would go on with users that the cluster may refuse. */
function usersProblems(users: string): readonly InputProblem[] {
  if ([...CHOSEN_BY_CLUSTER, ...CHOSEN_BY_IMAGES].includes(users)) return [];
  const hint = 'Write fixed or cluster (in Argo the parameter users).';
  return [{ input: SAME_USER_OPTION.name, message: `"${users}" is neither fixed nor cluster`, hint }];
}

/** The inputs with what connections need, which PUBLISH has as well: a volume with proxies, and no volumes that are empty. */
export function withConnectionVolumes(invocation: Invocation): PodInputs {
  const inputs = withoutEmptyVolumes(invocation.inputs);
  const folder = folderOf(invocation, PROXY_DIRECTORY_OPTION);
  if (folder === undefined) return { inputs, problems: [] };
  const read = readProxyFiles(folder);
  if (read === undefined) return { inputs, problems: [notListed(PROXY_DIRECTORY_OPTION, folder)] };
  const missing = Object.entries(read.files).filter(([name]) => (inputs[name] ?? '').length === 0);
  return { inputs: { ...inputs, ...Object.fromEntries(missing) }, problems: read.problems };
}

function bindingsProblems(folder: string, bindings: readonly string[] | undefined): readonly InputProblem[] {
  if (bindings === undefined) return [notListed(BINDINGS_DIRECTORY_OPTION, folder)];
  if (bindings.length > 0 || isEmptyVolume(folder)) return [];
  const hint = 'Mount each Secret into a folder of its own there: of a projected volume, items have the path NAME/KEY.';
  return [{ input: 'bindings', message: `"${folder}" has files and no folder, and each binding is a folder`, hint }];
}

function notListed({ name }: Option, directory: string): InputProblem {
  const hint = 'Mount the volume there, readable to the user of this container, or leave it out.';
  return { input: name, message: `"${directory}" is no directory that can be listed`, hint };
}

/** What holds for containers of one Pod: they share nothing with others, and its volumes may be large. */
export const POD_TERMS: HandOverTerms = {
  otherUser:
    "Leave runAsUser out, so that the container runs as the image's own user; where the cluster chooses the user, prepare is to be given --same-user (Tekton: the Task buildpacks-ci-any-user).",
};

/** The builder as the Pod names it. */
export function builderName(inputs: RawInputs): string {
  const [name = ''] = itemsOf(inputs['builder']);
  return name;
}

/** Inputs for which a Pod has volumes. */
const ON_VOLUMES = ['ca-certificates', 'registries-conf'] as const;

/** Leaves out volumes without a visible file: each stands for an optional object that the namespace does not have. */
function withoutEmptyVolumes(inputs: RawInputs): RawInputs {
  const kept = ON_VOLUMES.map((name) => [name, withoutEmpty(inputs[name])] as const);
  return { ...inputs, ...Object.fromEntries(kept) };
}

/** A text stays one: certificates in it have several lines. */
function withoutEmpty(value: RawInputs[string]): RawInputs[string] {
  const items = itemsOf(value).filter((item) => !isEmptyVolume(item));
  return typeof value === 'string' ? items.join('\n') : items;
}

function isEmptyVolume(item: string): boolean {
  return path.isAbsolute(item) && visibleNames(item)?.length === 0;
}

/** What `publish` needs to know of a build that was handed over. */
export interface HandedOver {
  readonly built: string;
  readonly planDigest: Digest;
}

export function readHandedOver(invocation: Invocation): {
  readonly build: HandedOver;
  readonly problems: readonly InputProblem[];
} {
  const built = folderOf(invocation, BUILT_OPTION);
  const digest = digestIn(flagValue(invocation, PLAN_DIGEST_OPTION.name) ?? '');
  const problems: InputProblem[] = [];
  if (built === undefined) {
    problems.push(missing(BUILT_OPTION, 'Give the folder that the container of the builder has written.'));
  }
  if (digest === '') {
    problems.push(missing(PLAN_DIGEST_OPTION, 'Give what prepare --result=plan-digest=FILE has written.'));
  } else if (!isDigest(digest)) {
    problems.push({ input: PLAN_DIGEST_OPTION.name, message: `"${digest}" is no digest`, hint: 'Write sha256:HEX.' });
  }
  return { build: { built: built ?? '', planDigest: digest as Digest }, problems };
}

/** Itself, or what a file holds; the name of one that can't be read is no digest either. */
function digestIn(text: string): string {
  if (!path.isAbsolute(text)) return text;
  try {
    return readFileSync(text, 'utf8');
  } catch {
    return text;
  }
}

function missing({ name }: Option, hint: string): InputProblem {
  return { input: name, message: 'it is missing', hint };
}

/** The folder that an option names, absolute. Empty text means absent: it is what Tekton puts in for a workspace that a run does not have. */
export function folderOf(invocation: Invocation, { name }: Option): string | undefined {
  const text = flagValue(invocation, name) ?? '';
  return text === '' ? undefined : path.resolve(invocation.host.machine.workingDirectory, text);
}

/** What a list has, however it was given; an empty text is one item. */
export function itemsOf(value: RawInputs[string]): readonly string[] {
  return typeof value === 'string' ? value.split('\n') : (value ?? []);
}

/** Each directory is a binding, as the Service Binding specification has it. Undefined when there is no directory that can be listed. */
function bindingsIn(directory: string): readonly string[] | undefined {
  try {
    return visibleNames(directory)
      ?.filter((name) => statSync(path.join(directory, name)).isDirectory())
      .sort()
      .map((name) => `${name}=${path.join(directory, name)}`);
  } catch {
    return undefined;
  }
}
