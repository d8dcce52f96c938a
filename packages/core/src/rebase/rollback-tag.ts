import { inputError } from '../errors/problems.ts';
import { type Digest, hexOf, isTag } from '../reference/index.ts';

/** How the tag is named under which the old image stays. */
export interface RollbackTags {
  /** The tag for the image that `tag` led to. */
  nameFor(tag: string, digest: Digest): string;
  /** Whether a tag is one of these, for another of its repository's tags. */
  isOne(tag: string, tags: ReadonlySet<string>): boolean;
}

const DIGEST_DIGITS = 12;

/**
 * Reads a template like `{tag}-before-{date}`. It must hold `{tag}`, so that two tags of a repository never share one; beside that it may hold `{digest}`, 12 digits of the
 * old image's, and `{date}`, the day in UTC as `20261231`.
 *
 * @throws InputError on `keep-old-as`
 */
export function parseRollbackTags(template: string, now: number): RollbackTags {
  const fail = (message: string) =>
    inputError('keep-old-as', `"${template}" ${message}`, 'Write for example {tag}-previous or {tag}-before-{date}.');
  const parts = template.split(/(\{[^{}]*\})/);
  const unknown = parts.find((part) => /^\{/.test(part) && !PLACEHOLDERS.includes(part));
  if (unknown !== undefined) throw fail(`has the unknown placeholder ${unknown}`);
  if (!parts.includes('{tag}')) throw fail('lacks {tag}');
  if (template === '{tag}') throw fail('would be the tag itself');
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  const nameFor = (tag: string, digest: Digest) =>
    template
      .replaceAll('{date}', day)
      .replaceAll('{digest}', hexOf(digest).slice(0, DIGEST_DIGITS))
      .replaceAll('{tag}', () => tag);
  // What is left is letters, digits, dots, dashes and underscores.
  if (!isTag(nameFor('1', `sha256:${'0'.repeat(64)}`))) throw fail('makes no tag');
  const made = pattern(parts);
  return { nameFor, isOne: (tag, tags) => tags.has(made.exec(tag)?.[1] ?? '') };
}

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
