import { type Exclusion, readExclusion } from '../catalog/exclusion.ts';
import { parseImageList } from '../catalog/image-list.ts';
import { parsePlace } from '../catalog/image-name.ts';
import { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { parsePlatform } from '../inputs/places.ts';
import { parseParallel } from '../inputs/parallel.ts';
import { readPolicies } from '../inputs/policies.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { type ImageLocation, parseImageLocation } from '../inspect/target.ts';
import { optional } from '../json/json.ts';
import type { PolicySource } from '../policy/index.ts';
import type { Machine } from '../ports/index.ts';
import { familiarReference } from '../reference/index.ts';
import type { RepositoryPrefix } from '../registry/index.ts';

/** Which existing images are to be judged, as it was written. */
export interface CheckInputs {
  /** `registry/repository:tag`, `oci:DIR` or `oci-archive:FILE`. */
  readonly images: readonly string[];
  /** Lists of images, and where each is from. */
  readonly lists: readonly { readonly text: string; readonly file: string }[];
  /** `registry[/path]`: all images at and below it. */
  readonly prefixes: readonly string[];
  /** Tags that count below prefixes; `*` stands for any characters. */
  readonly tags: readonly string[];
  /** Patterns of images and of tags that are left out. */
  readonly exclude: readonly string[];
  readonly excludeTags: readonly string[];
  readonly parallel?: string;
}

/** Existing images that are to be judged. */
export interface CheckRequest {
  readonly locations: readonly ImageLocation[];
  readonly below: readonly RepositoryPrefix[];
  readonly tags: readonly string[];
  readonly exclusion: Exclusion;
  readonly policies: readonly PolicySource[];
  /** Which image of an index; absent: all of them. */
  readonly platform?: Platform;
  /** Images that are read at once. */
  readonly parallel: number;
  readonly connection: ConnectionInputs;
}

/**
 * Reads the inputs of a check, `policy`, `platform`, and those of the connection among them.
 *
 * @throws InputError with every problem there is
 */
export function parseCheckInputs(
  inputs: CheckInputs,
  raw: RawInputs,
  context: ConnectionContext & Pick<Machine, 'architecture'>,
): CheckRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const { architecture, workingDirectory } = context;
  const all = <T>(values: readonly string[], parse: (value: string) => T): readonly T[] =>
    values.flatMap((value) => problems.attempt(() => [parse(value)]) ?? []);
  const { images, lists, prefixes, tags } = inputs;
  if (images.length + lists.length + prefixes.length === 0) {
    problems.report('image', 'none is named', 'Give an image, --list FILE or --all REGISTRY/PREFIX.');
  }
  if (tags.length > 0 && prefixes.length === 0) {
    problems.report('tags', 'counts with "all" only, and that is not given', 'Leave it out.');
  }
  const named = all(images, (image) => parseImageLocation(image, workingDirectory));
  const listed = lists.flatMap(({ text, file }) => problems.attempt(() => parseImageList(text, file)) ?? []);
  const locations = [
    ...named,
    ...listed.map((reference) => ({ kind: 'registry' as const, name: familiarReference(reference), reference })),
  ];
  const below = all(prefixes, (prefix) => parsePlace(prefix, 'all'));
  const exclusion = readExclusion(inputs.exclude, inputs.excludeTags, problems);
  const parallel = parseParallel(inputs.parallel, problems);
  const policies = readPolicies(reader, { workingDirectory, untrusted: [] }, problems);
  const wanted = reader.text('platform');
  const platform = wanted === undefined ? undefined : problems.attempt(() => parsePlatform(wanted, architecture));
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return { locations, below, tags, exclusion, parallel, policies, connection, ...optional('platform', platform) };
}
