import type { MirrorRules } from '../mirrors/index.ts';
import type { Reach } from '../ports/index.ts';
import { registryServer } from './url.ts';

/** The rules as they are in a closed network: nobody is asked who may not be reached. */
export function withinReach(rules: MirrorRules, { offline, allows }: Reach): MirrorRules {
  return offline ? { ...rules, reaches: (registry) => allows(registryServer(registry)) } : rules;
}
