import type { LifecycleMetadata } from '../lifecycle/labels.ts';
import type { Digest } from '../reference/index.ts';
import type { ImageFacts } from './layers.ts';

/** What the name of a run image leads to now. */
export interface LatestBase {
  /** The name that was asked: the canonical one, or a mirror of it. */
  readonly name: string;
  /** Of the platform's manifest. */
  readonly digest: Digest;
  readonly diffIds: readonly Digest[];
  /** When it was made, by its configuration or a label; ISO 8601. Absent when it does not tell. */
  readonly created?: string;
}

/** Whether an app image stands on the newest of its run images. */
export type BaseState =
  | { readonly kind: 'current'; readonly latest: LatestBase }
  | { readonly kind: 'outdated'; readonly latest: LatestBase }
  /** The image does not tell its base, or nobody can tell what that is now. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Compares the run image in an app image with the newest one, layer by layer: an app image that begins with the very layers of the newest run
 * image is current, whatever name or digest was recorded.
 *
 * @param runImage what the label `io.buildpacks.lifecycle.metadata` of the app image says
 */
export function compareBase(
  { config }: Pick<ImageFacts, 'config'>,
  { topLayer }: LifecycleMetadata['runImage'],
  latest: LatestBase,
): BaseState {
  const end = topLayer === undefined ? -1 : config.diffIds.indexOf(topLayer);
  if (end === -1) return { kind: 'unknown', reason: 'the image does not tell where its run image ends' };
  const own = config.diffIds.slice(0, end + 1);
  const isSame = own.length === latest.diffIds.length && own.every((diffId, index) => diffId === latest.diffIds[index]);
  return { kind: isSame ? 'current' : 'outdated', latest };
}
