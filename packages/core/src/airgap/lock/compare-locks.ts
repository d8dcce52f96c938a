import { isDeepStrictEqual } from 'node:util';
import { formatPlatform } from '../../image/platform.ts';
import { compareText, imageName } from '../../lock/image-name.ts';
import type { Lock, LockedImage, LockedPlatform } from '../../lock/lock.ts';

/** One image that is not in both locks as it is. */
export type LockChange =
  | { readonly kind: 'added'; readonly image: LockedImage }
  | { readonly kind: 'removed'; readonly image: LockedImage }
  | { readonly kind: 'moved'; readonly before: LockedImage; readonly after: LockedImage };

/** What is different between two locks, by name. */
export function compareLocks(before: Lock, after: Lock): readonly LockChange[] {
  const old = byName(before);
  const now = byName(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(compareText);
  return names.flatMap((name) => changeOf(old.get(name), now.get(name)) ?? []);
}

function byName({ images }: Lock): ReadonlyMap<string, LockedImage> {
  return new Map(images.map((image) => [imageName(image.reference), image]));
}

function changeOf(before: LockedImage | undefined, after: LockedImage | undefined): LockChange | undefined {
  if (before === undefined) return after && { kind: 'added', image: after };
  if (after === undefined) return { kind: 'removed', image: before };
  return isDeepStrictEqual(before, after) ? undefined : { kind: 'moved', before, after };
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
    }
  });
}

function movesOf(before: LockedImage, after: LockedImage): readonly string[] {
  return [
    ...(before.digest === after.digest ? [] : [`${before.digest} -> ${after.digest}`]),
    ...(isDeepStrictEqual(before.roles, after.roles)
      ? []
      : [`needed as ${before.roles.join(', ')} -> ${after.roles.join(', ')}`]),
    ...platformMoves(before.platforms, after.platforms),
  ];
}

function platformMoves(before: readonly LockedPlatform[], after: readonly LockedPlatform[]): readonly string[] {
  const old = new Map(before.map((each) => [formatPlatform(each.platform), each]));
  const now = new Map(after.map((each) => [formatPlatform(each.platform), each]));
  return [...new Set([...old.keys(), ...now.keys()])].sort(compareText).flatMap((name) => {
    const [from, to] = [old.get(name), now.get(name)];
    if (from === undefined) return [`${name} is new`];
    if (to === undefined) return [`${name} is gone`];
    const [was, is] = [from.lifecycle?.version, to.lifecycle?.version];
    return was === is ? [] : [`${name}: lifecycle ${was ?? 'none'} -> ${is ?? 'none'}`];
  });
}
