import { formatReference, isTag, parseReference, type TagReference } from '../reference/index.ts';
import { inputError, type Problems } from '../errors/problems.ts';
import type { InputReader } from './reader.ts';
import type { CiFacts } from './trust.ts';

/**
 * Every reference that the image gets, the main one first, none twice: the tag in `image`, then `tags`,
 * and without either one tag that follows from the ref. Empty when neither names a repository.
 */
export function readDestinations(
  reader: InputReader,
  facts: Pick<CiFacts, 'ref' | 'defaultBranch' | 'isDefaultBranch'>,
  problems: Problems,
): readonly TagReference[] {
  const text = reader.text('image');
  const image = text === undefined ? undefined : problems.attempt(() => parseImage(text, problems));
  const lines = reader.list('tags');
  const tagged = lines.flatMap((line) => problems.attempt(() => parseTagLine(line, { text, image }, problems)) ?? []);
  if (image === undefined) return unique(tagged);
  if (image.explicitTag) return unique([image.reference, ...tagged]);
  if (lines.length > 0) return unique(tagged);
  return [{ ...image.reference, tag: defaultTag(facts) }];
}

interface NamedImage {
  readonly reference: TagReference;
  readonly explicitTag: boolean;
}

function parseImage(text: string, problems: Problems): NamedImage {
  const { name, rest } = splitName(text);
  return { reference: parseDestination(text, 'image', problems), explicitTag: rest !== '' && name !== '' };
}

function parseTagLine(
  line: string,
  image: { readonly text: string | undefined; readonly image: NamedImage | undefined },
  problems: Problems,
): readonly TagReference[] {
  if (line.startsWith('type=')) return expandTagRule(line);
  if (/[/:]/.test(line)) return [parseDestination(line, 'tags', problems)];
  if (!isTag(line)) {
    const hint = line.includes(',')
      ? 'Write one tag per line; a comma does not separate.'
      : 'A tag has at most 128 letters, digits, dots, dashes and underscores, and starts with none of . and -.';
    throw inputError('tags', `"${line}" is not a tag`, hint);
  }
  if (image.image !== undefined) return [{ ...image.image.reference, tag: line }];
  // An image that could not be read is reported already.
  if (image.text !== undefined) return [];
  throw inputError('tags', `"${line}" is a tag of nothing: there is no image`, 'Set "image" to registry/repository.');
}

/** Rules as docker/metadata-action knows them go here, expanded with the CI's facts. */
function expandTagRule(line: string): readonly TagReference[] {
  throw inputError(
    'tags',
    `the tag rule "${line}" can't be used: rules are not available yet`,
    'Write the tag itself, or the full reference; the output of docker/metadata-action fits.',
  );
}

function parseDestination(text: string, input: string, problems: Problems): TagReference {
  const { name, rest } = splitName(text);
  const lower = name.toLowerCase();
  if (rest.includes('@')) {
    throw inputError(input, `"${text}" has a digest; an image is published under a tag`, `Write ${lower}:TAG.`);
  }
  const reference = parseReference(`${lower}${rest}`, input, text);
  if (reference.kind === 'digest') throw new TypeError('a text without @ was read as a digest');
  if (lower !== name)
    problems.notice(`${input}: "${name}" has capitals, which no registry accepts; "${lower}" is used`);
  return reference;
}

/** `host:5000/a/b:1@sha256:…` is `host:5000/a/b` and the rest. */
function splitName(text: string): { readonly name: string; readonly rest: string } {
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const end = colon > named.lastIndexOf('/') ? colon : named.length;
  return { name: text.slice(0, end), rest: text.slice(end) };
}

function unique(references: readonly TagReference[]): readonly TagReference[] {
  return [...new Map(references.map((reference) => [formatReference(reference), reference])).values()];
}

/** `latest` on the default branch and where no ref is known, else the ref as a tag. */
export function defaultTag(facts: Pick<CiFacts, 'ref' | 'defaultBranch' | 'isDefaultBranch'>): string {
  if (facts.ref === undefined) return 'latest';
  const isTagRef = facts.ref.startsWith('refs/tags/');
  const name = facts.ref.replace(/^refs\/(?:heads|tags)\//, '');
  const isDefault = facts.isDefaultBranch ?? (!isTagRef && name === facts.defaultBranch);
  if (isDefault) return 'latest';
  const slug = refSlug(facts.ref);
  // A branch that is called "latest" must not move the default branch's tag.
  return slug === 'latest' ? 'ref-latest' : slug;
}

/** A ref as a tag: its bare name (`pr-7` for a pull or merge request), what a tag can't hold replaced by dashes. */
function refSlug(ref: string): string {
  const request = /^refs\/(?:pull|merge-requests)\/(\d+)\//.exec(ref)?.[1];
  if (request !== undefined) return `pr-${request}`;
  const slug = ref
    .replace(/^refs\/(?:heads|tags)\//, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
    .replace(/-+$/, '');
  return slug === '' ? 'ref' : slug;
}
