import { openSession } from '../build/session.ts';
import type { ConnectionInputs } from '../inputs/connection.ts';
import { fullName } from '../mirrors/index.ts';
import { type Policy, pushPolicyArtifact } from '../policy/index.ts';
import type { Ports } from '../ports/index.ts';
import { parseReference, type TagReference } from '../reference/index.ts';
import { registryServer } from '../registry/index.ts';
import { inputError } from '../errors/problems.ts';

/** A policy that is to be published. */
export interface PolicyPush {
  readonly policy: Policy;
  readonly target: TagReference;
  readonly connection: ConnectionInputs;
}

/** @throws InputError on `target` when it is no `oci://registry/repository[:tag]` */
export function parsePolicyTarget(text: string): TagReference {
  const reference = parseReference(text.replace(/^oci:\/\//, ''), 'target', text);
  if (reference.kind === 'tag') return reference;
  throw inputError(
    'target',
    `"${text}" has a digest, which is not for you to choose`,
    'Write oci://registry/name:tag.',
  );
}

/** Publishes a policy under a tag, and gives what to write into the input `policy`. */
export async function pushPolicy({ policy, target, connection }: PolicyPush, ports: Ports): Promise<string> {
  const { registry } = openSession(ports, connection, []);
  ports.network.reach.admit(registryServer(target.repository.registry));
  return `oci://${fullName(await pushPolicyArtifact(Buffer.from(policy.text), target, registry))}`;
}
