import type { Machine } from '@buildpacks-ci/core';
import type { JobInputs } from '../inputs.ts';

/**
 * The inputs with who the lifecycle is to run as. Where not even we run as root, the cluster chooses the users of jobs, and the middle
 * one gets the same: its script tells when that is not so.
 */
export function withJobUser(inputs: JobInputs, { uid, gid }: Pick<Machine, 'uid' | 'gid'>): JobInputs {
  const isGiven = ['uid', 'gid'].some((name) => (inputs.core[name] ?? '').length > 0);
  if (uid === 0 || isGiven) return inputs;
  return { ...inputs, core: { ...inputs.core, uid: String(uid), gid: String(gid) } };
}
