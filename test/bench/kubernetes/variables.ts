import type { ClusterData, Entries } from './cluster.ts';
import { type Container, fieldOf, type Pod, type Variable } from './pod.ts';

/** What a container's program gets as its environment, by names. */
export type Environment = Readonly<Record<string, string>>;

const REFERENCE = /\$\$|\$\(([A-Za-z0-9_.-]+)\)/g;

/** Replaces `$(NAME)` as the kubelet does: what is unknown stays, and `$$` is a dollar sign. */
export function expand(text: string, environment: Environment): string {
  return text.replace(REFERENCE, (match, name?: string) => (name === undefined ? '$' : (environment[name] ?? match)));
}

/** A container's environment; each value may refer to those before it. */
export function environmentOf(container: Container, pod: Pod, cluster: ClusterData): Environment {
  const environment: Record<string, string> = {};
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const entries = secretRef ? cluster.secrets[secretRef.name] : cluster.configMaps[configMapRef?.name ?? ''];
    const optional = (secretRef ?? configMapRef)?.optional === true;
    if (entries === undefined && !optional) throw new Error(`${container.name}: no object for envFrom`);
    for (const [key, value] of Object.entries(entries ?? {})) environment[prefix + key] = value.toString();
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, { environment, pod, cluster });
    if (value !== undefined) environment[variable.name] = value;
  }
  return environment;
}

interface Known {
  readonly environment: Environment;
  readonly pod: Pod;
  readonly cluster: ClusterData;
}

function valueOf({ name, value, valueFrom }: Variable, { environment, pod, cluster }: Known): string | undefined {
  if (valueFrom === undefined) return expand(value ?? '', environment);
  const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom;
  if (fieldRef) return fieldOf(pod, fieldRef);
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) throw new Error(`the bench has nothing for the variable ${name}`);
  const objects: Readonly<Record<string, Entries>> = secretKeyRef ? cluster.secrets : cluster.configMaps;
  const found = objects[reference.name]?.[reference.key];
  if (found === undefined && reference.optional !== true)
    throw new Error(`${name}: there is no key "${reference.key}" in "${reference.name}"`);
  return found?.toString();
}
