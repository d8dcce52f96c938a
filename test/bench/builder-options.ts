import type { Buildpack } from './buildpack.ts';
import type { ImageTypes } from './image.ts';
import type { User } from './rootfs.ts';

export interface BuildpackReference {
  readonly id: string;
  /** Default: the version that is on the builder. */
  readonly version?: string;
  readonly optional?: boolean;
}

export interface BuilderOptions {
  /** Directories, each with a `buildpack.toml` (`buildpackDirectory` knows ours by name). */
  readonly buildpacks: readonly string[];
  /** Groups of buildpacks to try; default: one group of all `buildpacks` as given. */
  readonly order?: readonly (readonly BuildpackReference[])[];
  /** The run image's name, as builds are to find it. */
  readonly runImage: string;
  readonly mirrors?: readonly string[];
  /** Default `oci`. */
  readonly types?: ImageTypes;
  /** Default the newest; `none` leaves it out of files and labels. */
  readonly lifecycle?: 'lifecycle' | 'lifecycle-previous' | 'none';
  /** The Platform APIs that the labels claim, instead of those that the lifecycle has. */
  readonly platformApis?: readonly string[];
  /** Buildpacks that are added to every group (`/cnb/system.toml`, Platform API 0.15). */
  readonly system?: { readonly pre?: readonly BuildpackReference[]; readonly post?: readonly BuildpackReference[] };
  /** Who builds run as; default 1001:1000 as in Paketo's builders. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The operator's defaults of variables for buildpacks, by file name (`/cnb/build-config/env`): `BP_LEVEL`, `PATH.prepend`. */
  readonly buildConfig?: Readonly<Record<string, string>>;
  /** Of the manifest; OCI types only. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Added to the builder's own labels, or replacing them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What the configuration claims; the files stay this machine's. */
  readonly architecture?: string;
  /** Where to write the layout, a folder that is empty or not there; default: kept in the cache. */
  readonly directory?: string;
}

/** An entry of a group with nothing left to look up. */
export interface ResolvedReference {
  readonly id: string;
  readonly version: string;
  readonly optional?: true;
}

export function userOf({ user = { uid: 1001, gid: 1000 } }: BuilderOptions): User {
  return { name: 'cnb', ...user };
}

/** The groups with every version filled in. */
export function orderOf(
  { order }: BuilderOptions,
  buildpacks: readonly Buildpack[],
): readonly (readonly ResolvedReference[])[] {
  const groups = order ?? [buildpacks.map(({ id }) => ({ id }))];
  return groups.map((group) => resolved(group, buildpacks));
}

/** @throws Error when a buildpack is named that the builder has not */
export function resolved(
  references: readonly BuildpackReference[],
  buildpacks: readonly Buildpack[],
): readonly ResolvedReference[] {
  return references.map(({ id, version, optional = false }) => {
    const found = version ?? buildpacks.find((buildpack) => buildpack.id === id)?.version;
    if (found === undefined) throw new Error(`the order names ${id}, which is not among the buildpacks`);
    return { id, version: found, ...(optional && { optional }) };
  });
}
