import type { Image } from '../image/source.ts';
import { formatPlatform } from '../image/platform.ts';
import { type Change, changesBetween } from '../report/changes.ts';
import { describeOwner } from '../report/owner.ts';
import { type ImageComponents, readImageComponents } from '../sbom/image-components.ts';
import { splitPackageUrl } from '../sbom/package-url.ts';
import { allInOrder } from '../parallel/parallel.ts';
import { type Inspection, inspectImage, requireApp } from './inspect.ts';
import type { InspectRequest } from './inputs.ts';
import { type InspectionTarget, openTarget } from './target.ts';
import type { Ports } from '../ports/index.ts';

/** The version of what `inspect --diff --json` prints. */
const DIFF_SCHEMA_VERSION = 1;

/** What is different between two app images; equal parts are left out. */
export interface ImageDiff {
  readonly schemaVersion: typeof DIFF_SCHEMA_VERSION;
  readonly before: Pick<Inspection, 'name' | 'digest'>;
  readonly after: Pick<Inspection, 'name' | 'digest'>;
  /** Run image, distribution, lifecycle and the like. */
  readonly facts: readonly Change[];
  /** By id; the values are versions. */
  readonly buildpacks: readonly Change[];
  readonly processes: readonly Change[];
  /** By owner; the values tell how many layers of it are not in the other image, and their size in bytes. */
  readonly layers: readonly LayerChange[];
  readonly labels: readonly Change[];
  readonly environment: readonly Change[];
  readonly components: ComponentChanges;
}

export interface LayerChange {
  /** As for people: `samples/nodejs:modules`, `app`, `run image`. */
  readonly owner: string;
  readonly removed: { readonly count: number; readonly size: number };
  readonly added: { readonly count: number; readonly size: number };
}

/** By package URL without version, or by name; several versions of one are told together. */
export type ComponentChanges =
  | { readonly state: 'compared'; readonly changes: readonly Change[] }
  | { readonly state: 'unknown'; readonly reason: string };

/** An image, and what it tells. */
interface Side {
  readonly inspection: Inspection;
  readonly image: Image;
  readonly components: ImageComponents;
}

/**
 * Opens the image that a request names and the one that it is to be compared with, and compares them.
 *
 * @throws InputError when one of them is not there; BuildpacksError as `diffImages`
 */
export async function diff(request: InspectRequest, ports: Ports): Promise<ImageDiff> {
  const { location, diff: other = location } = request;
  return diffImages(await openTarget(request, ports), await openTarget({ ...request, location: other }, ports));
}

/**
 * Compares two app images by all that they tell about themselves; their layers are not read but for those with bills of materials.
 *
 * @throws BuildpacksError as `inspectImage`, for either image
 */
export async function diffImages(before: InspectionTarget, after: InspectionTarget): Promise<ImageDiff> {
  for (const { name, image } of [before, after]) requireApp(name, image);
  const [left, right] = await allInOrder([sideOf(before), sideOf(after)]);
  const [a, b] = [left.inspection, right.inspection];
  const compare = (read: (side: Side) => readonly (readonly [string, string])[]) =>
    changesBetween(new Map(read(left)), new Map(read(right)));
  return {
    schemaVersion: DIFF_SCHEMA_VERSION,
    before: { name: a.name, digest: a.digest },
    after: { name: b.name, digest: b.digest },
    facts: compare(({ inspection }) => factsOf(inspection)),
    buildpacks: compare(({ inspection }) => inspection.buildpacks.map(({ id, version }) => [id, version])),
    processes: compare(({ inspection }) => processesOf(inspection)),
    layers: layerChanges(a, b),
    labels: compare(({ inspection }) => Object.entries(inspection.labels)),
    environment: compare(({ image }) => image.config.config.Env.map(nameAndValue)),
    components: componentChanges(left.components, right.components),
  };
}

async function sideOf(target: InspectionTarget): Promise<Side> {
  const inspection = await inspectImage(target);
  return { inspection, image: target.image, components: await readImageComponents(target.image) };
}

function factsOf({ runImage, platform, lifecycle, execEnv, rebasable, stack }: Inspection) {
  const { distribution } = runImage;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Platform', formatPlatform(platform)],
    ['Run image', runImage.name],
    ['Run image reference', runImage.reference],
    ['Top layer', runImage.topLayer],
    ['Mirrors', runImage.mirrors.join(', ') || undefined],
    ['Distribution', distribution && [distribution.name, distribution.version].filter(Boolean).join(' ')],
    ['Stack', stack],
    ['Launcher', lifecycle.launcherVersion],
    ['Platform API', lifecycle.platformApi],
    ['Environment', execEnv],
    ['Rebasable', rebasable ? 'yes' : 'no'],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function processesOf({ processes }: Inspection): readonly (readonly [string, string])[] {
  return processes.map(({ type, command, args, direct, default: isDefault, workingDirectory }) => [
    type,
    [
      [...command, ...args].join(' '),
      direct ? '' : '(shell)',
      isDefault ? '(default)' : '',
      workingDirectory === undefined ? '' : `in ${workingDirectory}`,
    ]
      .filter(Boolean)
      .join(' '),
  ]);
}

function nameAndValue(entry: string): readonly [string, string] {
  const equals = entry.indexOf('=');
  return equals === -1 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

function layerChanges(before: Inspection, after: Inspection): readonly LayerChange[] {
  const missing = ({ layers }: Inspection, other: Inspection) => {
    const known = new Set(other.layers.map(({ diffId }) => diffId));
    return layers.filter(({ diffId }) => !known.has(diffId));
  };
  const [removed, added] = [missing(before, after), missing(after, before)];
  const owners = new Set([...removed, ...added].map(({ owner }) => describeOwner(owner)));
  const totalOf = (layers: Inspection['layers'], owner: string) => {
    const own = layers.filter((layer) => describeOwner(layer.owner) === owner);
    return { count: own.length, size: own.reduce((sum, { size }) => sum + size, 0) };
  };
  return [...owners].map((owner) => ({ owner, removed: totalOf(removed, owner), added: totalOf(added, owner) }));
}

function componentChanges(before: ImageComponents, after: ImageComponents): ComponentChanges {
  if (before.state !== 'present' || after.state !== 'present') {
    const [which, { state }] = before.state === 'present' ? ['second', after] : ['first', before];
    const reason = state === 'none' ? 'has no bill of materials' : 'is stored without its bills of materials';
    return { state: 'unknown', reason: `the ${which} image ${reason}` };
  }
  return { state: 'compared', changes: changesBetween(versionsOf(before), versionsOf(after)) };
}

function versionsOf({ components }: ImageComponents & { readonly state: 'present' }): ReadonlyMap<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const { name, version = 'unknown', purl } of components) {
    const key = purl === undefined ? name : splitPackageUrl(purl).unversioned;
    versions.set(key, (versions.get(key) ?? new Set()).add(version));
  }
  return new Map([...versions].map(([key, all]) => [key, [...all].sort().join(', ')]));
}
