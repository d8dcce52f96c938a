import { BuildpacksError, type BuildResult, pinnedName, repositoryOf, resultJson } from '@buildpacks-ci/core';
import type { OutputName } from './definitions.ts';
import type { Toolkit } from './toolkit.ts';

/** Where this run has put its files; absolute. */
export interface ReportPlaces {
  readonly sbom: string;
  readonly report: string;
}

/** Those that have lines; all others are one. */
const WITH_LINES: ReadonlySet<string> = new Set(['tags', 'references']);

/** What a step may put into one output, in bytes; the runner refuses more. */
const LARGEST = 1024 * 1024;

/** What a build gives to later steps. */
export function outputsOf(result: BuildResult, places: ReportPlaces): Readonly<Record<OutputName, string>> {
  return {
    image: result.image ?? '',
    name: repositoryOf(result.image ?? ''),
    digest: result.digest,
    tags: result.tags.join('\n'),
    metadata: onOneLine(resultJson(result)),
    builder: pinnedName(result.builder),
    'run-image': pinnedName(result.runImage),
    sbom: places.sbom,
    report: places.report,
    'cache-hit': String(result.cache?.stores.some(({ restore }) => restore.outcome === 'hit') ?? false),
  };
}

/** JSON without the line ends between its parts; those in texts are escaped. */
function onOneLine(json: string): string {
  return json.replaceAll(/\n */g, '');
}

/**
 * Writes outputs. The toolkit puts each between delimiters that nobody can guess; here what would be read in two ways is refused.
 *
 * @throws BuildpacksError `internal` when a value that must be one line has several
 */
export function writeOutputs(outputs: Readonly<Record<string, string>>, toolkit: Toolkit): void {
  const entries = Object.entries(outputs);
  for (const [name, value] of entries) {
    const lineEnds = WITH_LINES.has(name) ? /[\r\0\u0085\u2028\u2029]/ : /[\r\n\0\u0085\u2028\u2029]/;
    if (lineEnds.test(value)) throw new BuildpacksError('internal', `the output "${name}" has a line end in its value`);
  }
  for (const [name, value] of entries) {
    if (Buffer.byteLength(value) < LARGEST) toolkit.setOutput(name, value);
    else toolkit.warning(`the output "${name}" is left out: it has more than ${LARGEST} bytes`);
  }
}
