import { APP_LABEL } from '../lifecycle/labels.ts';
import { allInOrder } from '../parallel/parallel.ts';
import type { Ports } from '../ports/index.ts';
import { type Change, changesBetween } from '../report/changes.ts';
import { describeOwner } from '../report/owner.ts';
import type { ImageComponents } from '../sbom/image-components.ts';
import { comparePackages, type PackageChanges } from '../sbom/package-changes.ts';
import { splitPackageUrl } from '../sbom/package-url.ts';
import { appSide, baseSide, type DiffSide } from './diff-side.ts';
import type { InspectRequest } from './inputs.ts';
import { requireApp } from './inspect.ts';
import type { OwnedLayer } from './layers.ts';
import { type InspectionTarget, openTarget } from './target.ts';

/** The version of what `inspect --diff --json` prints. */
const DIFF_SCHEMA_VERSION = 1;

/** What is different between two images; equal parts are left out. */
export interface ImageDiff {
  readonly schemaVersion: typeof DIFF_SCHEMA_VERSION;
  readonly before: Pick<DiffSide, 'name' | 'digest'>;
  readonly after: Pick<DiffSide, 'name' | 'digest'>;
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
  /** Of the run images. */
  readonly packages: PackageChanges;
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
 * Compares two app images, or two run images, by all that they tell about themselves; their layers are not read but for those with bills of
 * materials.
 *
 * @throws BuildpacksError as `inspectImage`, for either image; `image` when only one of them is an app image
 */
export async function diffImages(before: InspectionTarget, after: InspectionTarget): Promise<ImageDiff> {
  const isApp = [before, after].some(({ image }) => image.config.config.Labels[APP_LABEL.lifecycle] !== undefined);
  if (isApp) for (const { name, image } of [before, after]) requireApp(name, image);
  const sideOf = isApp ? appSide : baseSide;
  const [a, b] = await allInOrder([sideOf(before), sideOf(after)]);
  const compare = (part: 'facts' | 'buildpacks' | 'processes' | 'labels' | 'environment') =>
    changesBetween(new Map(a[part]), new Map(b[part]));
  return {
    schemaVersion: DIFF_SCHEMA_VERSION,
    before: { name: a.name, digest: a.digest },
    after: { name: b.name, digest: b.digest },
    facts: compare('facts'),
    buildpacks: compare('buildpacks'),
    processes: compare('processes'),
    layers: layerChanges(a, b),
    labels: compare('labels'),
    environment: compare('environment'),
    components: componentChanges(a.components, b.components),
    packages: comparePackages(a.packages, b.packages),
  };
}

function layerChanges(before: DiffSide, after: DiffSide): readonly LayerChange[] {
  const missing = ({ layers }: DiffSide, other: DiffSide) => {
    const known = new Set(other.layers.map(({ diffId }) => diffId));
    return layers.filter(({ diffId }) => !known.has(diffId));
  };
  const [removed, added] = [missing(before, after), missing(after, before)];
  const owners = new Set([...removed, ...added].map(({ owner }) => describeOwner(owner)));
  const totalOf = (layers: readonly OwnedLayer[], owner: string) => {
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
