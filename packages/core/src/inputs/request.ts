import type { LockInUse } from '../lock/locked-images.ts';
import type { CacheKey } from '../cache/index.ts';
import type { Volume } from '../engine/types.ts';
import type { Platform } from '../image/manifest.ts';
import type { HostStoreName } from '../ports/index.ts';
import type { ImageReference, Repository, TagReference } from '../reference/index.ts';
import type { CacheScopes } from './cache-scopes.ts';
import type { PolicySource } from '../policy/index.ts';
import type { ConnectionInputs } from './connection.ts';
import type { BuildpackLocator } from './locator.ts';
import type { TrustDecision } from './trust.ts';

/** What one build is asked to do: all inputs as typed data, all paths absolute. */
export interface BuildRequest {
  /** Where the image goes, the first one is its main name; empty when only `outputs` are wanted. Nothing is pushed unless `publish`. */
  readonly destinations: readonly TagReference[];
  readonly publish: boolean;
  readonly load?: LoadTarget;
  readonly outputs: readonly LayoutOutput[];
  /** Put into the image when it is published, beside those of the build. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the image's manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly app: AppSource;
  /** The project descriptor; absent when there is none. */
  readonly descriptor?: string;
  readonly gitDirectory: boolean;
  readonly sourceMetadata: 'none' | 'git';
  /** What the CI knows of the commit, for where Git can't be asked. */
  readonly checkout?: Checkout;
  /** Absent: project.toml must name it (`applyProject`). */
  readonly builder?: BuilderSource;
  readonly allowBuilderTag: boolean;
  readonly runImage?: NamedImage;
  /** Empty: as project.toml or the builder says. */
  readonly buildpacks: readonly BuildpackLocator[];
  readonly preBuildpacks: readonly BuildpackLocator[];
  readonly postBuildpacks: readonly BuildpackLocator[];
  /** Set: images only as it names them. */
  readonly lock?: LockInUse;
  readonly disableSystemBuildpacks: boolean;
  readonly platform: Platform;
  /** For buildpacks; what `dependency-mirror` gives, env files and `env` merged. */
  readonly environment: Readonly<Record<string, string>>;
  readonly bindings: readonly Binding[];
  readonly volumes: readonly Volume[];
  readonly defaultProcess?: string;
  readonly execEnv: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly creationTime: CreationTime;
  readonly previousImage: PreviousImage;
  readonly cache: CacheRequest;
  readonly engine: 'auto' | 'container' | 'rootfs';
  /** `default`, `none`, `host`, or the name of a network of the container engine. */
  readonly network: string;
  readonly connection: ConnectionInputs;
  readonly sbomDirectory?: string;
  readonly reportDirectory?: string;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  /** Those that the inputs name; all must hold. */
  readonly policies: readonly PolicySource[];
  readonly trust: TrustDecision;
  /** What was changed or decided on the user's behalf and is worth a line in the log. */
  readonly notices: readonly string[];
}

export interface Checkout {
  /** The commit's full hash. */
  readonly commit: string;
  /** Names of the branch or the tag. */
  readonly refs: readonly string[];
  /** The remote's address. */
  readonly url: string;
}

/** An image and its name exactly as the user wrote it, for where that text becomes part of the result. */
export interface NamedImage {
  readonly text: string;
  readonly reference: ImageReference;
}

export type LoadTarget = 'auto' | 'docker' | 'podman';

/** An OCI layout on disk: a directory, or a tar archive of one. */
export interface LayoutOutput {
  readonly kind: 'oci' | 'oci-archive';
  readonly path: string;
}

/** The app: a directory, or a file in zip format. */
export interface AppSource {
  readonly kind: 'directory' | 'archive';
  readonly path: string;
}

export type BuilderSource =
  | { readonly kind: 'registry'; readonly reference: ImageReference }
  /** In the container engine's own store (`docker://NAME`). */
  | { readonly kind: 'engine'; readonly name: string }
  | { readonly kind: 'layout'; readonly path: string };

/** A service binding; one of its entries is `type` (buildpack specification, platform.md, "Bindings"). */
export interface Binding {
  readonly name: string;
  readonly entries: readonly BindingEntry[];
}

export interface BindingEntry {
  readonly key: string;
  readonly content: Uint8Array;
}

export type CreationTime =
  | { readonly kind: 'none' }
  | { readonly kind: 'now' }
  /** `seconds` since 1970, when the CI told them; else the commit of the app directory tells. */
  | { readonly kind: 'commit'; readonly seconds?: number }
  | { readonly kind: 'at'; readonly seconds: number };

export type PreviousImage =
  | { readonly kind: 'auto' }
  | { readonly kind: 'none' }
  | { readonly kind: 'image'; readonly reference: ImageReference };

export interface CacheRequest {
  readonly mode: 'off' | 'read' | 'write';
  /** Build without what the cache holds. */
  readonly clear: boolean;
  /** In the order in which they are asked. */
  readonly stores: readonly CacheStoreLocation[];
  /** Keeps caches of one image apart. */
  readonly suffix: string;
  /** Bytes that the cache may have in each store. */
  readonly maxBytes: number;
  readonly scopes: CacheScopes;
  /** Signs what is saved. */
  readonly signKey?: CacheKey;
  /** With keys, only what one of them signed is used. */
  readonly verifyKeys: readonly CacheKey[];
}

export type CacheStoreLocation =
  /** Layers as they are, for the same machine. */
  | { readonly kind: 'local'; readonly path: string }
  /** As `docs/cache-format.md` says, wherever the directory goes. */
  | { readonly kind: 'dir'; readonly path: string }
  | { readonly kind: 'registry'; readonly repository: Repository }
  /** The CI's own, which its adapter brings (`Ports.cacheStores`). */
  | { readonly kind: 'host'; readonly name: HostStoreName };
