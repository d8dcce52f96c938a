import type { LeftOut } from '../catalog/left-out.ts';
import type { Platform } from '../image/manifest.ts';
import type { BaseSummary } from '../inspect/base-finder.ts';
import type { Digest } from '../reference/index.ts';
import type { BuildpackName } from '../report/result.ts';
import type { ImageComponent } from '../sbom/image-components.ts';
import type { Workload } from './pods.ts';

/** The version of what `fleet --json` prints. */
export const FLEET_SCHEMA_VERSION = 1;

/** What runs, or could run, and on what it stands. */
export interface FleetReport {
  readonly schemaVersion: typeof FLEET_SCHEMA_VERSION;
  /** When it was made; ISO 8601. */
  readonly created: string;
  /** The components that were looked for, as they were written. */
  readonly components: readonly string[];
  /** The labels that are told of each image, by name. */
  readonly labels: readonly string[];
  /** One entry for each image: tags with the same content are told together, each platform of an index on its own. */
  readonly images: readonly FleetImage[];
  /** What was not looked at. */
  readonly leftOut: readonly LeftOut[];
  /** What this survey has asked of registries. */
  readonly traffic: { readonly requests: number; readonly bytesDown: number };
}

export type FleetImage = AppEntry | OtherEntry | FailedEntry;

/** What is known of every image. */
export interface EntryName {
  /** `registry.example/team/web`, without tag and digest. */
  readonly repository: string;
  /** Those of its tags that were asked for. */
  readonly tags: readonly string[];
  /** Who runs it, when the images are those of a cluster. */
  readonly workloads: readonly Workload[];
  /** The tag that who runs it has asked for, when that leads to another image by now: a rollout brings it. */
  readonly movedTag?: string;
}

/** An image that was built with buildpacks. */
export interface AppEntry extends EntryName {
  readonly kind: 'app';
  /** Of the platform's manifest. */
  readonly digest: Digest;
  readonly platform: Platform;
  /** When it was built; absent in images that are made to be reproducible. */
  readonly created?: string;
  /** Compressed bytes of all layers. */
  readonly size: number;
  readonly runImage?: string;
  readonly distribution?: string;
  readonly base: BaseSummary;
  readonly buildpacks: readonly BuildpackName[];
  /** The lifecycle's version, which is that of the launcher in the image. */
  readonly lifecycle?: string;
  readonly platformApi?: string;
  readonly rebasable: boolean;
  /** Values of the labels that were asked for. */
  readonly labels: Readonly<Record<string, string>>;
  /** Absent: none were looked for. */
  readonly components?: ComponentSearch;
}

/** What a look for components found in an image. `unread`: bills of materials that could not be read; the image may have more. */
export type ComponentSearch =
  | { readonly state: 'none' | 'missing' }
  | { readonly state: 'searched'; readonly found: readonly ImageComponent[]; readonly unread: readonly string[] };

/** An image from elsewhere, or no image. */
export interface OtherEntry extends EntryName {
  readonly kind: 'other';
  readonly digest: Digest;
  readonly platform?: Platform;
  /** `not built with buildpacks`, or what it is instead. */
  readonly reason: string;
}

/** What could not be read. */
export interface FailedEntry extends EntryName {
  readonly kind: 'failed';
  /** What it was asked for by, when that was a digest. */
  readonly digest?: Digest;
  readonly reason: string;
  /** Whether a later try may help. */
  readonly temporary: boolean;
}

/** The name by which people find an image: `repository:tag`, or the digest where it has no tag. */
export function entryName(entry: FleetImage): string {
  const [tag] = entry.tags;
  if (tag !== undefined) return `${entry.repository}:${tag}`;
  return entry.digest === undefined ? entry.repository : `${entry.repository}@${entry.digest}`;
}

/** Whether an image has one of the components that were looked for. */
export function isAffected({ components }: AppEntry): boolean {
  return components?.state === 'searched' && components.found.length > 0;
}
