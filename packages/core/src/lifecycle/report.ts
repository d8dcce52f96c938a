import { asRecord, asStrings, optional } from '../json/json.ts';
import { type Digest, isDigest } from '../reference/index.ts';
import { parseToml } from '../toml/parse-toml.ts';

/** `report.toml`, as far as the lifecycle writes it (platform specification, "report.toml"); in layout mode without digest and size. */
export interface LifecycleReport {
  /** In layout mode the output's path, which says nothing. */
  readonly tags: readonly string[];
  readonly digest?: Digest;
  /** Bytes. */
  readonly manifestSize?: number;
}

/** A report, or why there is none to read. The file comes out of the build: it is never believed over the image itself. */
export type ReportReading =
  | { readonly report: LifecycleReport; readonly note?: undefined }
  | { readonly report?: undefined; readonly note: string };

/** The lifecycle's own reports have some hundred bytes. */
const MAX_SIZE = 1024 * 1024;

/** Reads `report.toml`; values of the wrong type are left out. */
export function readReport(bytes: Uint8Array): ReportReading {
  if (bytes.length > MAX_SIZE) return { note: `report.toml has ${bytes.length} bytes and is not read` };
  const text = decodeText(bytes);
  if (text === undefined) return { note: 'report.toml is not UTF-8' };
  const { value, problem } = parseToml(text);
  if (problem !== undefined) return { note: `report.toml is not TOML: ${problem.message}` };
  const image = asRecord(value['image']);
  if (image === undefined) return { note: 'report.toml has no table "image"' };
  const { digest, 'manifest-size': size } = image;
  return {
    report: {
      tags: asStrings(image['tags']),
      ...optional('digest', typeof digest === 'string' && isDigest(digest) ? digest : undefined),
      ...optional(
        'manifestSize',
        typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined,
      ),
    },
  };
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
