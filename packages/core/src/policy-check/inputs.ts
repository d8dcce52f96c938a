import { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { parsePlatform } from '../inputs/places.ts';
import { readPolicies } from '../inputs/policies.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { type ImageLocation, parseImageLocation } from '../inspect/target.ts';
import { optional } from '../json/json.ts';
import type { Machine } from '../ports/index.ts';
import type { PolicySource } from '../policy/index.ts';

/** Existing images that are to be judged. */
export interface CheckRequest {
  readonly locations: readonly ImageLocation[];
  readonly policies: readonly PolicySource[];
  /** Which image of an index; absent: all of them. */
  readonly platform?: Platform;
  readonly connection: ConnectionInputs;
}

/**
 * Reads the inputs of a check: `policy`, `platform`, and those of the connection.
 *
 * @param images as `registry/repository:tag`, `oci:DIR` or `oci-archive:FILE`
 * @throws InputError with every problem there is
 */
export function parseCheckInputs(
  images: readonly string[],
  raw: RawInputs,
  context: ConnectionContext & Pick<Machine, 'architecture'>,
): CheckRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const { architecture, workingDirectory } = context;
  if (images.length === 0) {
    problems.report(
      'image',
      'it is missing',
      'Give registry/repository[:tag], oci:DIR or oci-archive:FILE, or several.',
    );
  }
  const locations = images.flatMap(
    (image) => problems.attempt(() => [parseImageLocation(image, workingDirectory)]) ?? [],
  );
  const policies = readPolicies(reader, { workingDirectory, untrusted: [] }, problems);
  const wanted = reader.text('platform');
  const platform = wanted === undefined ? undefined : problems.attempt(() => parsePlatform(wanted, architecture));
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return { locations, policies, connection, ...optional('platform', platform) };
}
