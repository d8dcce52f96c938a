import { inputError } from '../errors/problems.ts';
import { type Digest, formatRepository, hexOf, type ImageReference, isTag } from '../reference/index.ts';

/** How the tag is named under which the old image stays. */
export interface RollbackTags {
  /** Tags for the image that `tag` led to, the second for where the first leads to another one. */
  namesFor(tag: string, digest: Digest): readonly [string, string];
  /** Whether a tag is one of these, for another of its repository's tags. */
  isOne(tag: string, tags: ReadonlySet<string>): boolean;
}

const DIGEST_DIGITS = 12;
const PARTS = /(\{[^{}]*\})/;

/**
 * Reads a template like `{tag}-before-{date}`. It must hold `{tag}`, so that two tags of a repository never share one, and `{digest}`, 12
 * digits of the old image's, or `{date}`, the day in UTC as `20261231`, since tags that keep an image do not move on to the next.
 *
 * @throws InputError on `keep-old-as`
 */
export function parseRollbackTags(template: string, now: number): RollbackTags {
  const fail = (message: string) =>
    inputError(
      'keep-old-as',
      `"${template}" ${message}`,
      'Write for example {tag}-before-{date} or {tag}-before-{digest}.',
    );
  const parts = template.split(PARTS);
  const unknown = parts.find((part) => /^\{/.test(part) && !PLACEHOLDERS.includes(part));
  if (unknown !== undefined) throw fail(`has the unknown placeholder ${unknown}`);
  if (!parts.includes('{tag}')) throw fail('lacks {tag}');
  if (!/\{(?:date|digest)\}/.test(template))
    throw fail('lacks {date} or {digest}: the second rebase would have no tag');
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  const namesFor = (tag: string, digest: Digest): [string, string] => {
    const digits = hexOf(digest).slice(0, DIGEST_DIGITS);
    const first = template
      .replaceAll('{date}', day)
      .replaceAll('{digest}', digits)
      .replaceAll('{tag}', () => tag);
    return [first, `${first}-${digits}`];
  };
  // What is left is letters, digits, dots, dashes and underscores.
  if (!namesFor('1', `sha256:${'0'.repeat(64)}`).every(isTag)) throw fail('makes no tag');
  const made = pattern(parts);
  return { namesFor, isOne: (tag, tags) => isMadeBy([made, ...USUAL], tag, tags) };
}

const USUAL = ['{tag}-before-{date}', '{tag}-before-{digest}'].map((template) => pattern(template.split(PARTS)));

/** Whether a tag keeps an old image by one of the templates that this project's pages have. */
function isUsual(tag: string, tags: ReadonlySet<string>): boolean {
  return isMadeBy(USUAL, tag, tags);
}

/**
 * Whether one of these images is what a rebase has put aside, and so is not to be rebased.
 *
 * @param rollback how the next rebase puts them aside, if it does
 */
export function keepsOldImage(
  images: readonly ImageReference[],
  rollback: Pick<RollbackTags, 'isOne'> = { isOne: isUsual },
): (reference: ImageReference) => boolean {
  const tags = new Map<string, Set<string>>();
  for (const { repository, tag = '' } of images) {
    const name = formatRepository(repository);
    tags.set(name, (tags.get(name) ?? new Set()).add(tag));
  }
  return ({ repository, tag = '' }) => rollback.isOne(tag, tags.get(formatRepository(repository)) ?? new Set());
}

/** With the digest that a second image has, or without. */
function isMadeBy(patterns: readonly RegExp[], tag: string, tags: ReadonlySet<string>): boolean {
  const names = [tag, tag.replace(SECOND, '')];
  return patterns.some((made) => names.some((name) => tags.has(made.exec(name)?.[1] ?? '')));
}

/** What tells a second image's tag from the first one's. */
const SECOND = new RegExp(`-[0-9a-f]{${DIGEST_DIGITS}}$`);

const PLACEHOLDERS = ['{tag}', '{digest}', '{date}'];

/** Its first group is the tag. */
function pattern(parts: readonly string[]): RegExp {
  const source = parts.map((part, index) => {
    if (part === '{tag}') return parts.indexOf(part) === index ? '(.+)' : String.raw`\1`;
    if (part === '{digest}') return `[0-9a-f]{${DIGEST_DIGITS}}`;
    return part === '{date}' ? String.raw`\d{8}` : part.replaceAll('.', String.raw`\.`);
  });
  return new RegExp(`^${source.join('')}$`);
}
