import type { Platform } from '../image/manifest.ts';
import type { Digest } from '../reference/index.ts';

/** The version of `result.json`; a name is removed no earlier than one minor release after it was deprecated. */
export const RESULT_SCHEMA_VERSION = 1;

/** What one build did: `result.json`, and what every adapter makes its outputs and summary from. */
export interface BuildResult {
  readonly schemaVersion: typeof RESULT_SCHEMA_VERSION;
  /** The first reference that was published, long form with tag; absent when nothing was published to a registry. */
  readonly image?: string;
  /** Digest of the app image's manifest. */
  readonly digest: Digest;
  /** Every reference that now has this digest, long form. */
  readonly tags: readonly string[];
  readonly platform: Platform;
  readonly builder: PinnedName;
  readonly runImage: PinnedName;
  /** The image whose layers could be reused, if one was found. */
  readonly previousImage?: PinnedName;
  readonly lifecycle: { readonly version: string; readonly platformApi: string };
  readonly engine: string;
  /** The build had no network and nothing of this machine but its inputs, and our engine has seen to it. Absent where that is not so, or not known. */
  readonly hermetic?: true;
  /** The policies that hold for the image, by the digests of their texts. Absent when there was none. */
  readonly policies?: readonly PinnedName[];
  readonly buildpacks: readonly BuildpackName[];
  readonly processes: readonly ProcessSummary[];
  /** Those of the inputs; the image has more. Absent when there was none. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly layers: readonly LayerSummary[];
  readonly outputs: readonly OutputSummary[];
  readonly sbom: { readonly files: readonly string[] };
  readonly phases: readonly PhaseTime[];
  /** What went over the wire to registries, by our own client. */
  readonly traffic: { readonly requests: number; readonly bytesUp: number; readonly bytesDown: number };
  /** Absent when the build had no layer cache. */
  readonly cache?: CacheSummary;
  readonly warnings: readonly string[];
}

/** What the layer cache did for this build. */
export interface CacheSummary {
  readonly mode: 'read' | 'write';
  /** In the order in which they were asked. */
  readonly stores: readonly CacheStoreSummary[];
}

export interface CacheStoreSummary {
  /** `dir:/cache`, `registry:ghcr.io/org/cache`. */
  readonly name: string;
  readonly restore: {
    /** `unasked`: an earlier store had it, or the build was to do without. */
    readonly outcome: 'hit' | 'miss' | 'unasked';
    /** Why it is a miss, for people. */
    readonly reason?: string;
    /** Whose cache it was, when it was not this run's own: `default` for the default branch's. */
    readonly scope?: string;
    /** Layers that came back, and layers that were there and could not be used. */
    readonly layers: number;
    readonly lost: number;
  };
  readonly save: {
    /** `nothing`: the build has cached nothing; `off`: it may not write. */
    readonly outcome: 'saved' | 'unchanged' | 'nothing' | 'failed' | 'off';
    /** New layers, and layers that the cache lacks. */
    readonly layers: number;
    readonly skipped: number;
  };
  /** Operations on the store, and the bytes that they moved. */
  readonly requests: number;
  readonly bytesDown: number;
  readonly bytesUp: number;
}

export interface PinnedName {
  /** Long form as used: `index.docker.io/paketobuildpacks/builder:base`, or `oci:DIR`. */
  readonly name: string;
  /** Digest of the platform's manifest. */
  readonly digest: Digest;
}

export interface BuildpackName {
  readonly id: string;
  readonly version: string;
  readonly homepage?: string;
}

export interface ProcessSummary {
  readonly type: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly direct: boolean;
  readonly default: boolean;
  readonly workingDirectory?: string;
}

/** Whose layer it is, as the lifecycle's metadata label tells. */
export type LayerOwner =
  | { readonly kind: 'run-image' }
  | { readonly kind: 'buildpack'; readonly buildpack: string; readonly layer: string }
  | { readonly kind: 'app' | 'launcher' | 'config' | 'process-types' | 'sbom' | 'unknown' };

export interface LayerSummary {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Compressed bytes, as in the manifest. */
  readonly size: number;
  readonly owner: LayerOwner;
  /** `base`: the run image's; `reused`: the previous image has the same layer; `added`: made by this build. */
  readonly origin: 'base' | 'reused' | 'added';
}

export type OutputSummary =
  | {
      readonly kind: 'registry';
      readonly references: readonly string[];
      readonly blobs: { readonly present: number; readonly mounted: number; readonly uploaded: number };
      readonly bytesUploaded: number;
    }
  | { readonly kind: 'oci' | 'oci-archive'; readonly path: string }
  | { readonly kind: 'engine'; readonly engine: string; readonly references: readonly string[] };

export interface PhaseTime {
  /** `prepare`, `run/analyze`, `run/detect`, …, `publish`. */
  readonly name: string;
  readonly milliseconds: number;
}
