import { findLocked, type Lock } from '../../lock/lock.ts';
import { imageName } from '../../lock/image-name.ts';
import { type MirrorRules, routeFor } from '../../mirrors/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import { registryServer } from '../../registry/index.ts';
import type { ImageNeed } from './need.ts';

/** Where images may come from. */
export interface ImageSupply {
  /** What it names has been carried over. */
  readonly lock?: Lock;
  /** As they are within reach (`withinReach`). */
  readonly mirrors: MirrorRules;
}

/** Whether a build finds the image in the closed network: by the lock, on a mirror, or on a registry there. */
function isSupplied(reference: ImageReference, { lock, mirrors }: ImageSupply): boolean {
  if (lock !== undefined) return findLocked(lock, reference) !== undefined;
  return routeFor(mirrors, reference).endpoints.length > 0;
}

/** The first name, when none of them is there: any will do. */
export function imageNeeds(
  role: ImageNeed['role'],
  names: readonly ImageReference[],
  supply: ImageSupply,
): readonly ImageNeed[] {
  const [first] = names;
  if (first === undefined || names.some((name) => isSupplied(name, supply))) return [];
  const { hostname: host } = new URL(`https://${registryServer(first.repository.registry)}`);
  return [{ kind: 'image', role, name: imageName(first), host }];
}
