import type { Container, Pod } from '../kubernetes/pod.ts';

/** A Pod that Argo's controller has made. */
export type ArgoPod = Pod;

/** A template as far as Argo's executor and this bench look into it. */
export interface ArgoTemplate {
  readonly outputs: {
    readonly parameters: readonly {
      readonly name: string;
      readonly valueFrom: { readonly path: string; readonly default?: string };
    }[];
  };
}

/** Where `wait` has the volumes of `main`. */
const MAIN_FILES = '/mainctrfs';
const EXECUTOR = '/var/run/argo/argoexec';
const ARGOS_OWN: ReadonlySet<string> = new Set(['init', 'wait']);

/** The Pod without Argo's own containers, and `main` without the program of Argo's that starts its own. */
export function withoutExecutor(pod: ArgoPod): Pod {
  const { initContainers = [], containers } = pod.spec;
  const kept = (all: readonly Container[]): readonly Container[] =>
    all.filter(({ name }) => !ARGOS_OWN.has(name)).map(startedDirectly);
  return { ...pod, spec: { ...pod.spec, initContainers: kept(initContainers), containers: kept(containers) } };
}

function startedDirectly(container: Container): Container {
  const { command = [] } = container;
  if (command[0] !== EXECUTOR) return container;
  return { ...container, command: command.slice(command.indexOf('--') + 1) };
}

/**
 * The volume by which `wait` reads a file of `main`, and the file's place on it.
 *
 * @throws Error when it reads it by no volume
 */
export function executorMount(pod: ArgoPod, file: string): { readonly volume: string; readonly rest: string } {
  const wait = pod.spec.containers.find(({ name }) => name === 'wait');
  const found = (wait?.volumeMounts ?? []).find(({ mountPath }) => `${MAIN_FILES}${file}`.startsWith(`${mountPath}/`));
  if (found === undefined) throw new Error(`Argo's "wait" has no mount with ${file}`);
  return { volume: found.name, rest: `${MAIN_FILES}${file}`.slice(found.mountPath.length + 1) };
}
