import { lstatSync } from 'node:fs';
import { inputError } from '../errors/problems.ts';
import type { Ports } from '../ports/index.ts';
import { type RegistryReader, registryServer } from '../registry/index.ts';
import { readPolicyArtifact } from './artifact.ts';
import type { Policy } from './policy.ts';
import { type PolicySource, policyOf, readPolicyFile } from './source.ts';

export interface PolicyPorts {
  readonly registry: RegistryReader;
  readonly ports: Pick<Ports, 'network' | 'machine'>;
}

/**
 * All policies that hold: what the inputs name, and the machine's own, which no input can leave out. The same text counts once.
 *
 * @throws InputError when one can't be had or is wrong: nothing is built without it
 */
export async function loadPolicies(
  sources: readonly PolicySource[],
  { registry, ports }: PolicyPorts,
): Promise<readonly Policy[]> {
  const named = await Promise.all(
    sources.map(async (source) => {
      if (source.kind === 'file') return source.policy;
      const { name, reference } = source;
      ports.network.reach.admit(registryServer(reference.repository.registry));
      return policyOf(await readPolicyArtifact(reference, name, registry), name);
    }),
  );
  return distinct([...machinePolicy(ports.machine.policyFile), ...named]);
}

/** Each text once, by the name that comes first. */
export function distinct(policies: readonly Policy[]): readonly Policy[] {
  return policies.filter((policy, index) => policies.findIndex(({ digest }) => digest === policy.digest) === index);
}

/** Only a file that is not there is no policy: one that can't be read must not be passed over. */
function machinePolicy(file: string | undefined): readonly Policy[] {
  if (file === undefined || lstatSync(file, { throwIfNoEntry: false }) === undefined) return [];
  return [readPolicyFile(file, file)];
}

/** @throws InputError when there is nothing to judge by */
export function requirePolicy(policies: readonly Policy[]): void {
  if (policies.length > 0) return;
  const hint = 'Give a path, or oci://registry/repository@sha256:….';
  throw inputError('policy', 'there is none: neither is one given, nor has the machine one', hint);
}
