import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { parsePlatform, parseTargetDirectory } from '../inputs/places.ts';
import { inputError, Problems } from '../errors/problems.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { optional } from '../json/json.ts';
import type { Machine } from '../ports/index.ts';
import type { Platform } from '../image/manifest.ts';
import { type ImageLocation, parseImageLocation } from './target.ts';

/** Which image to inspect, and what to take out of it. */
export interface InspectRequest {
  readonly location: ImageLocation;
  /** Which image of an index. */
  readonly platform: Platform;
  /** Where to write the image's bills of materials; absolute. */
  readonly sbomDirectory?: string;
  readonly connection: ConnectionInputs;
}

/**
 * Reads the inputs that an inspection has: `image`, `platform`, `sbom-directory`, and those of the connection.
 *
 * @throws InputError with every problem there is
 */
export function parseInspectInputs(
  raw: RawInputs,
  context: ConnectionContext & Pick<Machine, 'architecture'>,
): InspectRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const { architecture, workingDirectory } = context;
  const location = problems.attempt(() => readLocation(reader, workingDirectory));
  const platform = problems.attempt(() => parsePlatform(reader.text('platform'), architecture));
  const sbom = reader.text('sbom-directory');
  const target = sbom && problems.attempt(() => parseTargetDirectory(sbom, workingDirectory, 'sbom-directory'));
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return {
    location: location ?? NOWHERE,
    platform: platform ?? { os: 'linux', architecture },
    ...optional('sbomDirectory', target),
    connection,
  };
}

/** Stands in for a location that was reported as a problem; never given to anyone. */
const NOWHERE: ImageLocation = { kind: 'oci', name: '', path: '' };

function readLocation(reader: InputReader, workingDirectory: string): ImageLocation {
  const image = reader.text('image');
  if (image !== undefined) return parseImageLocation(image, workingDirectory);
  throw inputError('image', 'it is missing', 'Give registry/repository[:tag], oci:DIR or oci-archive:FILE.');
}
