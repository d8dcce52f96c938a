import { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { parseParallel } from '../inputs/parallel.ts';
import { parsePlatform } from '../inputs/places.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { optional } from '../json/json.ts';
import type { ImageReference } from '../reference/index.ts';
import type { RepositoryPrefix } from '../registry/index.ts';
import { type ComponentQuery, parseComponentQuery } from '../sbom/component-query.ts';
import { type Exclusion, readExclusion } from '../catalog/exclusion.ts';
import { parseImageList } from '../catalog/image-list.ts';
import { parsePlace } from '../catalog/image-name.ts';
import { parsePods, type Workload } from './pods.ts';

/** What a survey is asked for, as it was written. */
export interface FleetInputs {
  /** `registry[/path]`: all images at and below it. */
  readonly prefixes: readonly string[];
  /** Lists of images, and where each is from. */
  readonly lists: readonly { readonly text: string; readonly file: string }[];
  /** What `kubectl get pods -o json` printed. */
  readonly pods?: string;
  /** `log4j-core@<2.17`. */
  readonly components: readonly string[];
  readonly labels: readonly string[];
  /** Tags that count below prefixes; `*` stands for any characters. */
  readonly tags: readonly string[];
  /** Patterns of images and of tags that are left out. */
  readonly exclude: readonly string[];
  readonly excludeTags: readonly string[];
  readonly parallel?: string;
}

/** An image to read, and who runs it. */
export interface WantedEntry {
  readonly reference: ImageReference;
  readonly workloads: readonly Workload[];
}

export interface FleetRequest {
  readonly prefixes: readonly RepositoryPrefix[];
  readonly images: readonly WantedEntry[];
  readonly components: readonly ComponentQuery[];
  readonly labels: readonly string[];
  readonly tags: readonly string[];
  readonly exclusion: Exclusion;
  /** Images that are read at once. */
  readonly parallel: number;
  /** Which image of an index; absent: all of them. */
  readonly platform?: Platform;
  readonly connection: ConnectionInputs;
  /** Containers' images that are no references, and other things worth telling. */
  readonly notices: readonly string[];
}

/**
 * Reads what a survey is asked for, with `platform` and the inputs of the connection.
 *
 * @throws InputError with every problem there is
 */
export function parseFleetInputs(
  raw: RawInputs,
  inputs: FleetInputs,
  context: ConnectionContext & { readonly architecture: string },
): FleetRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const text = reader.text('platform');
  const platform = text === undefined ? undefined : problems.attempt(() => parsePlatform(text, context.architecture));
  const all = <T>(values: readonly string[], parse: (value: string) => T): readonly T[] =>
    values.flatMap((value) => problems.attempt(() => [parse(value)]) ?? []);
  const prefixes = all(inputs.prefixes, (prefix) => parsePlace(prefix, 'images'));
  const components = all(inputs.components, (component) => parseComponentQuery(component, '--component'));
  const listed = inputs.lists.flatMap(
    ({ text: list, file }) => problems.attempt(() => parseImageList(list, file)) ?? [],
  );
  const { pods } = inputs;
  const running = pods === undefined ? undefined : problems.attempt(() => parsePods(pods, '--pods'));
  if (inputs.prefixes.length === 0 && inputs.lists.length === 0 && pods === undefined) {
    problems.report('images', 'none are named', 'Give REGISTRY/PREFIX, --list FILE, or --pods FILE.');
  }
  const exclusion = readExclusion(inputs.exclude, inputs.excludeTags, problems);
  const parallel = parseParallel(inputs.parallel, problems);
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return {
    prefixes,
    images: [...listed.map((reference) => ({ reference, workloads: [] })), ...(running?.images ?? [])],
    components,
    labels: inputs.labels,
    tags: inputs.tags,
    exclusion,
    parallel,
    ...optional('platform', platform),
    connection,
    notices: (running?.unreadable ?? []).map((name) => `a container's image is left out: "${name}" is no reference`),
  };
}
