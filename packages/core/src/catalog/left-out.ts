import { familiarReference, formatRepository, type ImageReference } from '../reference/index.ts';
import { count } from '../report/columns.ts';
import { atMost } from '../report/markdown-text.ts';

/** Tags of a repository that were not looked at, and why. */
export interface LeftOut {
  /** `registry.example/team/app`, Docker Hub in short form. */
  readonly repository: string;
  /** None when the image was named by its digest. */
  readonly tags: readonly string[];
  /** The user has said so, or the tag is one of those that a rebase keeps old images under, or by its name what hangs on an image. */
  readonly reason: 'excluded' | 'keeps-old-image' | 'attached';
}

/** Puts what is left out for one reason together by its repositories. */
export function leftOutFor(reason: LeftOut['reason'], references: readonly ImageReference[]): readonly LeftOut[] {
  const found = new Map<string, { readonly repository: string; readonly tags: Set<string> }>();
  for (const { repository, tag } of references) {
    const key = formatRepository(repository);
    const short = familiarReference({ kind: 'tag', repository, tag: 'x' }).slice(0, -':x'.length);
    const entry = found.get(key) ?? { repository: short, tags: new Set() };
    if (tag !== undefined) entry.tags.add(tag);
    found.set(key, entry);
  }
  return [...found.values()]
    .map(({ repository, tags }) => ({ repository, tags: [...tags].sort(), reason }))
    .sort((a, b) => (a.repository < b.repository ? -1 : 1));
}

/** Names that are told; all are in what programs read. */
const TOLD = 3;

/** `Left out: 3 tags that keep old images (registry.example/team/shop:1-before-20261122, …)`, a line for each reason there is. */
export function describeLeftOut(leftOut: readonly LeftOut[]): readonly string[] {
  return REASONS.flatMap(([reason, words]) => {
    const names = leftOut
      .filter((each) => each.reason === reason)
      .flatMap(({ repository, tags }) =>
        tags.length === 0 ? [repository] : tags.map((tag) => `${repository}:${tag}`),
      );
    if (names.length === 0) return [];
    return [`Left out: ${words(names.length)} (${atMost(names, TOLD, String).join(', ')})`];
  });
}

const REASONS: readonly (readonly [LeftOut['reason'], (number: number) => string])[] = [
  ['excluded', (number) => `${count(number, 'tag')}, excluded`],
  [
    'keeps-old-image',
    (number) => (number === 1 ? '1 tag that keeps an old image' : `${number} tags that keep old images`),
  ],
  ['attached', (number) => `${count(number, 'tag')} of signatures, attestations or caches`],
];
