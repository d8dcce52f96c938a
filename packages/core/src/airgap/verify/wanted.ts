import { imageName } from '../../lock/image-name.ts';
import { findLocked, type Lock } from '../../lock/lock.ts';
import { type MirrorRules, routeFor } from '../../mirrors/index.ts';
import type { ImageReference } from '../../reference/index.ts';
import { registryServer } from '../../registry/index.ts';
import type { ArchiveNeed, ImageNeed } from './need.ts';

/** Something that a build reads, and that has to be carried over unless it is in the closed network. */
export interface Wanted {
  readonly need: ImageNeed | ArchiveNeed;
  /** Whether the inputs lead to it in the closed network. That it is really there is only seen from inside. */
  readonly isSupplied: boolean;
}

/** Where images may come from. */
export interface ImageSupply {
  /** What it names has been carried over. */
  readonly lock?: Lock;
  /** As they are within reach (`withinReach`). */
  readonly mirrors: MirrorRules;
}

/** An image under any of its names; the first stands for it. Undefined without a name. */
export function wantedImage(
  role: ImageNeed['role'],
  names: readonly ImageReference[],
  supply: ImageSupply,
): Wanted | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  const { hostname: host } = new URL(`https://${registryServer(first.repository.registry)}`);
  return {
    need: { kind: 'image', role, name: imageName(first), host },
    isSupplied: names.some((name) => isSupplied(name, supply)),
  };
}

/** Whether a build looks for the image in the closed network: by the lock, on a mirror, or on a registry there. */
function isSupplied(reference: ImageReference, { lock, mirrors }: ImageSupply): boolean {
  if (lock !== undefined && findLocked(lock, reference) === undefined) return false;
  return lock !== undefined || routeFor(mirrors, reference).endpoints.length > 0;
}
