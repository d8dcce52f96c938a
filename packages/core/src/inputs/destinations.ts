import { formatReference, isTag, parseReference, type TagReference } from '../reference/index.ts';
import { inputError, type Problems } from '../errors/problems.ts';
import { optional } from '../json/json.ts';
import type { InputReader } from './reader.ts';
import { defaultTag } from './tags/default-tag.ts';
import { expandTagRule } from './tags/expand-rule.ts';
import type { TagFacts } from './tags/facts.ts';
import { parseTagRule } from './tags/parse-rule.ts';
import { RAW_PRIORITY } from './tags/rule.ts';

/** Where the image goes. */
export interface Destinations {
  /** Every reference that the image gets, the main one first, none twice. Empty when no input names a repository. */
  readonly references: readonly TagReference[];
  /** Why no rule of `tags` gives a tag in this run; `references` holds the image's name on this machine then. */
  readonly untagged?: string;
}

/** The tag in `image`, then `tags` by their priority, and without either one tag that follows from the ref. */
export function readDestinations(reader: InputReader, facts: TagFacts, problems: Problems): Destinations {
  const text = reader.text('image');
  const image = text === undefined ? undefined : problems.attempt(() => parseImage(text, problems));
  const lines = reader.list('tags').filter((line) => !line.startsWith('#'));
  const read = lines.map((line) => problems.attempt(() => readTagLine(line, { text, image, facts, problems })));
  const found = read.flatMap((line) => (line !== undefined && 'reference' in line ? [line] : []));
  const tagged = found.toSorted((a, b) => b.priority - a.priority).map(({ reference }) => reference);
  if (image === undefined) return { references: unique(tagged) };
  if (image.explicitTag) return { references: unique([image.reference, ...tagged]) };
  if (tagged.length > 0) return { references: unique(tagged) };
  const unfit = read.flatMap((line) => (line !== undefined && 'unfit' in line ? [line.unfit] : []));
  const references = [{ ...image.reference, tag: defaultTag(facts) }];
  return { references, ...optional('untagged', unfit.length > 0 ? unfit.join('; ') : undefined) };
}

/** What one line of `tags` gives. */
type TagLine = { readonly reference: TagReference; readonly priority: number } | { readonly unfit: string } | undefined;

interface TagContext {
  readonly text: string | undefined;
  readonly image: NamedImage | undefined;
  readonly facts: TagFacts;
  readonly problems: Problems;
}

interface NamedImage {
  readonly reference: TagReference;
  readonly explicitTag: boolean;
}

function parseImage(text: string, problems: Problems): NamedImage {
  const { name, rest } = splitName(text);
  return { reference: parseDestination(text, 'image', problems), explicitTag: rest !== '' && name !== '' };
}

function readTagLine(line: string, context: TagContext): TagLine {
  const { facts, problems } = context;
  if (line.startsWith('type=')) {
    const rule = parseTagRule(line);
    const expansion = expandTagRule(rule, facts);
    // Told in runs that the rule does not fit, too.
    const repository = requireImage(line, context);
    if ('unfit' in expansion) return { unfit: `"${line}": ${expansion.unfit}` };
    return repository && { reference: { ...repository, tag: expansion.tag }, priority: rule.priority };
  }
  if (/[/:]/.test(line)) {
    return { reference: parseDestination(line, 'tags', problems), priority: RAW_PRIORITY };
  }
  if (isTag(line)) {
    const repository = requireImage(line, context);
    return repository && { reference: { ...repository, tag: line }, priority: RAW_PRIORITY };
  }
  const hint = line.includes(',')
    ? 'Write one tag per line; a comma does not separate.'
    : 'A tag has at most 128 letters, digits, dots, dashes and underscores, and starts with none of . and -.';
  throw inputError('tags', `"${line}" is not a tag`, hint);
}

/** What a tag is a tag of; undefined when that could not be read, which is reported already. */
function requireImage(line: string, { text, image }: TagContext): TagReference | undefined {
  if (image !== undefined || text !== undefined) return image?.reference;
  throw inputError('tags', `"${line}" is a tag of nothing: there is no image`, 'Set "image" to registry/repository.');
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
