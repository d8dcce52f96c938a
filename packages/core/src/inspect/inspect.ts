import { BuildpacksError } from '../errors/index.ts';
import { asText, optional } from '../json/json.ts';
import { APP_LABEL, type AppLabels, type BuildMetadata, parseAppLabels } from '../lifecycle/labels.ts';
import type { Ports } from '../ports/index.ts';
import type { Digest } from '../reference/index.ts';
import type { BuildpackName, ProcessSummary } from '../report/result.ts';
import { type OwnedLayer, ownedLayers } from './layers.ts';
import { type Platform, parseIndex, type RawManifest } from '../image/manifest.ts';
import { platformOf } from '../image/platform.ts';
import { isIndexType } from '../image/media-types.ts';
import { describeProcesses } from './processes.ts';
import { extractSbom, listSbom, recordsSbom, type SbomFile, sbomLayer } from '../sbom/image-bills.ts';
import { BaseFinder, type BaseSummary } from './base-finder.ts';
import type { InspectRequest } from './inputs.ts';
import type { Image } from '../image/source.ts';
import { type InspectionTarget, openRegistry, openTarget } from './target.ts';

/** The version of what `inspect --json` prints. */
const INSPECTION_SCHEMA_VERSION = 1;

/** What an app image tells about itself. */
export interface Inspection {
  readonly schemaVersion: typeof INSPECTION_SCHEMA_VERSION;
  readonly name: string;
  /** Of the platform's manifest. */
  readonly digest: Digest;
  readonly mediaType: string;
  readonly platform: Platform;
  /** Present when the name leads to an index. */
  readonly index?: { readonly digest: Digest; readonly platforms: readonly Platform[] };
  /** As the image says it; 1980-01-01 in images that are made to be reproducible. */
  readonly created?: string;
  /** Compressed bytes of all layers. */
  readonly size: number;
  readonly runImage: InspectedRunImage;
  /** `io.buildpacks.stack.id`, which older images have. */
  readonly stack?: string;
  readonly lifecycle: { readonly launcherVersion?: string; readonly platformApi?: string };
  readonly buildpacks: readonly BuildpackName[];
  readonly processes: readonly ProcessSummary[];
  readonly layers: readonly OwnedLayer[];
  readonly sbom: InspectedSbom;
  readonly rebasable: boolean;
  /** Whether it stands on the newest of its run images; absent when nobody was asked. */
  readonly base?: BaseSummary;
  readonly execEnv?: string;
  readonly source?: NonNullable<AppLabels['project']>;
  /** All labels but those whose content is told above. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface InspectedRunImage {
  /** Under which later run images are found. */
  readonly name?: string;
  /** The one that was used, by digest. */
  readonly reference?: string;
  readonly topLayer?: Digest;
  readonly mirrors: readonly string[];
  readonly distribution?: { readonly name: string; readonly version?: string };
}

/** `missing`: the image has bills of materials, and their layer is not where the image is (a sparse layout). */
export type InspectedSbom =
  | { readonly state: 'none' | 'missing' }
  | { readonly state: 'present'; readonly digest: Digest; readonly files: readonly SbomFile[] };

/**
 * Inspects the image that a request names, and writes its bills of materials where the request wants them.
 *
 * @throws InputError when the image is not there; BuildpacksError as `inspectImage` does
 */
export async function inspect(request: InspectRequest, ports: Ports): Promise<Inspection> {
  const target = await openTarget(request, ports);
  const inspection = await inspectImage(target);
  if (request.sbomDirectory !== undefined) await extractSbom(target.image, request.sbomDirectory);
  if (!request.base) return inspection;
  const { location, connection } = request;
  const near = location.kind === 'registry' ? location.reference.repository.registry : undefined;
  return { ...inspection, base: await new BaseFinder(openRegistry(connection, ports)).summaryOf(target.image, near) };
}

/**
 * Reads all that an app image tells about itself: its labels, and the list of files in its SBOM layer. The builder is not among it:
 * the lifecycle does not record it.
 *
 * @throws BuildpacksError `image` when the image was not built with buildpacks, or its labels are damaged
 */
export async function inspectImage({ name, image, index }: InspectionTarget): Promise<Inspection> {
  const labels = requireApp(name, image);
  const { build } = labels;
  return {
    schemaVersion: INSPECTION_SCHEMA_VERSION,
    name,
    digest: image.raw.digest,
    mediaType: image.raw.mediaType,
    platform: platformOf(image),
    ...optional('index', index && inspectIndex(index)),
    ...optional('created', image.config.created),
    size: image.manifest.layers.reduce((sum, { size }) => sum + size, 0),
    runImage: inspectRunImage(image, labels),
    ...optional('stack', image.config.config.Labels['io.buildpacks.stack.id']),
    lifecycle: inspectLifecycle(image, build),
    buildpacks: build?.buildpacks ?? [],
    processes: describeProcesses(image.config, build),
    layers: ownedLayers(image),
    sbom: await inspectSbom(image),
    rebasable: labels.rebasable,
    ...optional('execEnv', labels.execEnv),
    ...optional('source', labels.project),
    labels: otherLabels(image),
  };
}

/** @throws BuildpacksError `image` as `inspectImage`, naming the image */
export function requireApp(name: string, { config }: Pick<Image, 'config'>): AppLabels {
  const labels = labelsOf(name, config);
  if (labels === undefined) throw notBuilt(name);
  return labels;
}

function labelsOf(name: string, config: Image['config']): AppLabels | undefined {
  try {
    return parseAppLabels(config);
  } catch (error) {
    if (!(error instanceof BuildpacksError)) throw error;
    throw new BuildpacksError(error.code, `"${name}" can't be inspected: ${error.message}`, { cause: error });
  }
}

export function notBuilt(name: string): BuildpacksError {
  return new BuildpacksError(
    'image',
    `"${name}" was not built with buildpacks: it has no label ${APP_LABEL.lifecycle}`,
    {
      hint: 'Only app images that the lifecycle made can be inspected; builders, run images and images from a Dockerfile can not.',
    },
  );
}

/** Attestations stand in an index under a platform of their own, `unknown/unknown`. */
function inspectIndex(index: RawManifest): NonNullable<Inspection['index']> {
  const platforms = isIndexType(index.mediaType) ? parseIndex(index).manifests.map(({ platform }) => platform) : [];
  return {
    digest: index.digest,
    platforms: platforms.filter((platform) => platform !== undefined).filter(({ os }) => os !== 'unknown'),
  };
}

function inspectRunImage(image: Image, { lifecycle }: AppLabels): InspectedRunImage {
  const { image: name, reference, topLayer, mirrors } = lifecycle.runImage;
  return {
    ...optional('name', name),
    ...optional('reference', reference),
    ...optional('topLayer', topLayer),
    mirrors,
    ...optional('distribution', distributionOf(image)),
  };
}

export function distributionOf({ config }: Image): InspectedRunImage['distribution'] {
  const name = asText(config.config.Labels['io.buildpacks.base.distro.name']);
  const version = asText(config.config.Labels['io.buildpacks.base.distro.version']);
  return name === undefined ? undefined : { name, ...optional('version', version) };
}

function inspectLifecycle(image: Image, build: BuildMetadata | undefined): Inspection['lifecycle'] {
  const api = image.config.config.Env.find((entry) => entry.startsWith('CNB_PLATFORM_API='))?.split('=')[1];
  return { ...optional('launcherVersion', build?.launcherVersion), ...optional('platformApi', api) };
}

async function inspectSbom(image: Image): Promise<InspectedSbom> {
  const layer = sbomLayer(image);
  if (layer === undefined) return { state: recordsSbom(image) ? 'missing' : 'none' };
  if (!(await image.source.has(layer))) return { state: 'missing' };
  return { state: 'present', digest: layer.digest, files: await listSbom(image) };
}

function otherLabels(image: Image): Readonly<Record<string, string>> {
  const told = new Set<string>([APP_LABEL.lifecycle, APP_LABEL.build, APP_LABEL.project]);
  return Object.fromEntries(Object.entries(image.config.config.Labels).filter(([name]) => !told.has(name)));
}
