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
  /** Compare it with this one. */
  readonly diff?: ImageLocation;
  /** Ask what the run image's name leads to now. */
  readonly base: boolean;
  /** Which image of an index. */
  readonly platform: Platform;
  /** Where to write the image's bills of materials; absolute. */
  readonly sbomDirectory?: string;
  readonly connection: ConnectionInputs;
}

/** What else the user wants to know. */
export interface InspectWishes {
  /** The image to compare with, as it was written. */
  readonly diff?: string;
  /** Whether to ask what the run image's name leads to now; absent: where the image itself is on a registry. */
  readonly base?: boolean;
}

/**
 * Reads the inputs that an inspection has: `image`, `platform`, `sbom-directory`, and those of the connection.
 *
 * @throws InputError with every problem there is
 */
export function parseInspectInputs(
  raw: RawInputs,
  wishes: InspectWishes,
  context: ConnectionContext & Pick<Machine, 'architecture'>,
): InspectRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const { architecture, workingDirectory } = context;
  const location = problems.attempt(() => readLocation(reader, workingDirectory));
  const platform = problems.attempt(() => parsePlatform(reader.text('platform'), architecture));
  const sbom = reader.text('sbom-directory');
  const target = sbom && problems.attempt(() => parseTargetDirectory(sbom, workingDirectory, 'sbom-directory'));
  const { diff: other, base } = wishes;
  const diff =
    other === undefined ? undefined : problems.attempt(() => parseImageLocation(other, workingDirectory, '--diff'));
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return {
    location: location ?? NOWHERE,
    ...optional('diff', diff),
    base: base ?? location?.kind === 'registry',
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
  throw inputError(
    'image',
    'it is missing',
    'Give registry/repository[:tag], oci:DIR, oci-archive:FILE or docker://NAME.',
  );
}
