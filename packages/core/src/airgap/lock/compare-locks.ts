import { isDeepStrictEqual } from 'node:util';
import { formatPlatform } from '../../image/platform.ts';
import { compareText, imageName } from '../../lock/image-name.ts';
import type { Lock, LockedImage, LockedPlatform } from '../../lock/lock.ts';
import type { LockedDependency } from '../../lock/locked-dependency.ts';

/** One image or dependency that is not in both locks as it is. */
export type LockChange =
  | { readonly kind: 'added'; readonly image: LockedImage }
  | { readonly kind: 'removed'; readonly image: LockedImage }
  | { readonly kind: 'moved'; readonly before: LockedImage; readonly after: LockedImage }
  | { readonly kind: 'dependency-added' | 'dependency-removed'; readonly dependency: LockedDependency };

/** What is different between two locks: images by name, then dependencies. */
export function compareLocks(before: Lock, after: Lock): readonly LockChange[] {
  const old = byName(before);
  const now = byName(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareText);
  const images = names.flatMap((name) => changeOf(old.get(name), now.get(name)) ?? []);
  return [...images, ...dependencyChanges(before.dependencies ?? [], after.dependencies ?? [])];
}

function byName({ images }: Lock): ReadonlyMap<string, LockedImage> {
  return new Map(images.map((image) => [imageName(image.reference), image]));
}

function changeOf(before: LockedImage | undefined, after: LockedImage | undefined): LockChange | undefined {
  if (before === undefined) return after && { kind: 'added', image: after };
  if (after === undefined) return { kind: 'removed', image: before };
  return isDeepStrictEqual(before, after) ? undefined : { kind: 'moved', before, after };
}

function dependencyChanges(
  before: readonly LockedDependency[],
  after: readonly LockedDependency[],
): readonly LockChange[] {
  const isIn = (all: readonly LockedDependency[]) => (one: LockedDependency) =>
    all.some((each) => isDeepStrictEqual(each, one));
  const removed = before.filter((each) => !isIn(after)(each));
  const added = after.filter((each) => !isIn(before)(each));
  return [
    ...removed.map((dependency) => ({ kind: 'dependency-removed' as const, dependency })),
    ...added.map((dependency) => ({ kind: 'dependency-added' as const, dependency })),
  ];
}

/** The changes for people, several lines for an image that moved. */
export function renderChanges(changes: readonly LockChange[]): readonly string[] {
  return changes.flatMap((change) => {
    switch (change.kind) {
      case 'added':
        return [`+ ${imageName(change.image.reference)}`, `    ${change.image.digest}`];
      case 'removed':
        return [`- ${imageName(change.image.reference)}`, `    ${change.image.digest}`];
      case 'moved':
        return [
          `~ ${imageName(change.after.reference)}`,
          ...movesOf(change.before, change.after).map((line) => `    ${line}`),
        ];
      case 'dependency-added':
        return [`+ ${dependencyLine(change.dependency)}`];
      case 'dependency-removed':
        return [`- ${dependencyLine(change.dependency)}`];
    }
  });
}

function dependencyLine({ id, version, digest }: LockedDependency): string {
  return `dependency ${id}@${version} ${digest}`;
}

function movesOf(before: LockedImage, after: LockedImage): readonly string[] {
  return [
    ...(before.digest === after.digest ? [] : [`${before.digest} -> ${after.digest}`]),
    ...(before.mediaType === after.mediaType ? [] : [`${before.mediaType} -> ${after.mediaType}`]),
    ...(isDeepStrictEqual(before.roles, after.roles)
      ? []
      : [`needed as ${before.roles.join(', ')} -> ${after.roles.join(', ')}`]),
    ...platformMoves(before, after),
  ];
}

function platformMoves(before: LockedImage, after: LockedImage): readonly string[] {
  const isSameIndex = before.digest === after.digest;
  const old = new Map(before.platforms.map((each) => [formatPlatform(each.platform), each]));
  const now = new Map(after.platforms.map((each) => [formatPlatform(each.platform), each]));
  return [...new Set([...old.keys(), ...now.keys()])].sort(compareText).flatMap((name) => {
    const [from, to] = [old.get(name), now.get(name)];
    if (from === undefined) return [`${name} is new`];
    if (to === undefined) return [`${name} is gone`];
    // Where the index has moved, so have the images that it lists.
    const digest = isSameIndex && from.digest !== to.digest ? [`${from.digest} -> ${to.digest}`] : [];
    return [...digest, ...lifecycleMoves(from, to)].map((move) => `${name}: ${move}`);
  });
}

function lifecycleMoves({ lifecycle: from }: LockedPlatform, { lifecycle: to }: LockedPlatform): readonly string[] {
  if (from?.version !== to?.version) return [`lifecycle ${from?.version ?? 'none'} -> ${to?.version ?? 'none'}`];
  const [was, is] = [from, to].map((each) => each?.platformApis.join(', ') ?? '');
  return was === is ? [] : [`Platform API ${was ?? ''} -> ${is ?? ''}`];
}
