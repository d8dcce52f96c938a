import { parseImageList } from '../catalog/image-list.ts';
import type { ImageSelection } from '../catalog/select-images.ts';
import { readSelectionInputs, type SelectionInputs } from '../catalog/selection-inputs.ts';
import { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { parsePlatform } from '../inputs/places.ts';
import { readPolicies } from '../inputs/policies.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { type ImageLocation, parseImageLocation } from '../inspect/target.ts';
import { optional } from '../json/json.ts';
import type { PolicySource } from '../policy/index.ts';
import type { Machine } from '../ports/index.ts';
import { familiarReference } from '../reference/index.ts';

/** Which existing images are to be judged, as it was written. */
export interface CheckInputs extends SelectionInputs {
  /** `registry/repository:tag`, `oci:DIR` or `oci-archive:FILE`. */
  readonly images: readonly string[];
  /** Lists of images, and where each is from. */
  readonly lists: readonly { readonly text: string; readonly file: string }[];
}

/** Existing images that are to be judged. */
export interface CheckRequest extends Pick<ImageSelection, 'below' | 'tags' | 'exclusion' | 'parallel'> {
  readonly locations: readonly ImageLocation[];
  readonly policies: readonly PolicySource[];
  /** Which image of an index; absent: all of them. */
  readonly platform?: Platform;
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
  const { images, lists, prefixes, tags } = inputs;
  if (images.length + lists.length + prefixes.length === 0) {
    problems.report('image', 'none is named', 'Give an image, --list FILE or --all REGISTRY/PREFIX.');
  }
  if (tags.length > 0 && prefixes.length === 0) {
    problems.report('tags', 'counts with "all" only, and that is not given', 'Leave it out.');
  }
  const named = images.flatMap((image) => problems.attempt(() => [parseImageLocation(image, workingDirectory)]) ?? []);
  const listed = lists.flatMap(({ text, file }) => problems.attempt(() => parseImageList(text, file)) ?? []);
  const locations = [
    ...named,
    ...listed.map((reference) => ({ kind: 'registry' as const, name: familiarReference(reference), reference })),
  ];
  const selection = readSelectionInputs(inputs, 'all', problems);
  const policies = readPolicies(reader, { workingDirectory, untrusted: [] }, problems);
  const wanted = reader.text('platform');
  const platform = wanted === undefined ? undefined : problems.attempt(() => parsePlatform(wanted, architecture));
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return { ...selection, locations, policies, connection, ...optional('platform', platform) };
}
