import { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { parsePlatform } from '../inputs/places.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import { optional } from '../json/json.ts';
import type { ImageReference } from '../reference/index.ts';
import { type ComponentQuery, parseComponentQuery } from '../sbom/component-query.ts';
import { parseImageList } from '../catalog/image-list.ts';
import type { ImageSelection } from '../catalog/select-images.ts';
import { readSelectionInputs, type SelectionInputs } from '../catalog/selection-inputs.ts';
import { parsePods, type Workload } from './pods.ts';

/** What a survey is asked for, as it was written. */
export interface FleetInputs extends SelectionInputs {
  /** Lists of images, and where each is from. */
  readonly lists: readonly { readonly text: string; readonly file: string }[];
  /** What `kubectl get pods -o json` printed. */
  readonly pods?: string;
  /** `log4j-core@<2.17`. */
  readonly components: readonly string[];
  readonly labels: readonly string[];
}

/** An image to read, and who runs it. */
export interface WantedEntry {
  readonly reference: ImageReference;
  readonly workloads: readonly Workload[];
}

export interface FleetRequest extends Pick<ImageSelection, 'below' | 'tags' | 'exclusion' | 'parallel'> {
  readonly images: readonly WantedEntry[];
  readonly components: readonly ComponentQuery[];
  readonly labels: readonly string[];
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
  const selection = readSelectionInputs(inputs, 'images', problems);
  const components = inputs.components.flatMap(
    (component) => problems.attempt(() => [parseComponentQuery(component, '--component')]) ?? [],
  );
  const listed = inputs.lists.flatMap(
    ({ text: list, file }) => problems.attempt(() => parseImageList(list, file)) ?? [],
  );
  const { pods } = inputs;
  const running = pods === undefined ? undefined : problems.attempt(() => parsePods(pods, '--pods'));
  if (inputs.prefixes.length === 0 && inputs.lists.length === 0 && pods === undefined) {
    problems.report('images', 'none are named', 'Give REGISTRY/PREFIX, --list FILE, or --pods FILE.');
  }
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return {
    ...selection,
    images: [...listed.map((reference) => ({ reference, workloads: [] })), ...(running?.images ?? [])],
    components,
    labels: inputs.labels,
    ...optional('platform', platform),
    connection,
    notices: (running?.unreadable ?? []).map((name) => `a container's image is left out: "${name}" is no reference`),
  };
}
