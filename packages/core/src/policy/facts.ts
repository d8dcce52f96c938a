import type { ModuleName } from '../builder/module.ts';
import type { Digest } from '../reference/index.ts';

/** An image as rules look at it. */
export interface ImageFact {
  /** As a refusal quotes it. */
  readonly shown: string;
  /** The repository in full (`docker.io/library/busybox`); else `docker://NAME` or `oci:DIR`. */
  readonly name: string;
  readonly tag?: string;
  /** Of index and manifest; absent as long as nobody has asked the registry. */
  readonly digests?: readonly Digest[];
  /** Named by digest, by a lock too; absent: not known. */
  readonly pinned?: boolean;
}

export interface RunImageFact extends ImageFact {
  /** Milliseconds since the epoch; null when the image does not tell, absent as long as nobody has looked. */
  readonly created?: number | null;
}

/** What a buildpack can come from. */
export const BUILDPACK_ORIGINS = ['builder', 'image', 'url', 'file', 'inline'] as const;
export type BuildpackOrigin = (typeof BUILDPACK_ORIGINS)[number];

/** A buildpack that inputs or project.toml ask for. */
export interface RequestedBuildpack {
  readonly from: BuildpackOrigin;
  readonly shown: string;
  readonly image?: ImageFact;
  /** Of a URL. */
  readonly host?: string;
}

/**
 * What is known of a build or of an image at some time: data only. What is absent is not known (yet), and rules about it are not judged.
 */
export interface PolicyFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly builder?: ImageFact;
  readonly runImage?: RunImageFact;
  readonly requestedBuildpacks?: readonly RequestedBuildpack[];
  /** Those that were asked for, with versions, or that have made an image. */
  readonly buildpacks?: readonly ModuleName[];
  /** Names of variables that buildpacks get. */
  readonly environment?: readonly string[];
  /** Where the image is published. */
  readonly targets?: readonly ImageFact[];
  /** Of the image. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The input `network`. */
  readonly network?: string;
  readonly volumes?: readonly string[];
  readonly hermetic?: boolean;
  readonly locked?: boolean;
  /** Whether a buildpack of the image has left a bill of materials in it. */
  readonly sbom?: boolean;
}
