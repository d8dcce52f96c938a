import { readFile } from 'node:fs/promises';
import type { Volume } from '../engine/types.ts';
import { BuildpacksError, InputError } from '../errors/index.ts';
import type { Descriptor, Platform } from '../image/manifest.ts';
import type { Image } from '../image/source.ts';
import { asRecord, parseJson } from '../json/json.ts';
import type { Digest, Repository } from '../reference/index.ts';
import type { BuildDirectory } from '../lifecycle/build-directory.ts';
import type { PlannedCache } from './cache/planned-cache.ts';
import type { PlannedPolicy } from './policy/planned-policy.ts';

/** The layout of `plan.json`. Private to one version of the program: publish refuses another's. */
export const PLAN_SCHEMA_VERSION = 1;

/** An image that PREPARE resolved: what PUBLISH may take layers from, and how to name it. */
export interface PlannedImage {
  /** Long form as chosen, with its tag: `index.docker.io/paketobuildpacks/run-noble-tiny:latest`. */
  readonly name: string;
  readonly repository: Repository;
  /** Of the platform's manifest, never of an index. */
  readonly digest: Digest;
  readonly config: Digest;
  readonly layers: readonly PlannedLayer[];
}

export interface PlannedLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/** The run image also tells what the app image's manifest must say about itself. */
export interface PlannedRunImage extends PlannedImage {
  /** The manifest's own `org.opencontainers.image.ref.name`, which layout mode overwrites. */
  readonly refName?: string;
}

/** Where the app image goes. */
export type Destination =
  | { readonly kind: 'registry'; readonly repository: Repository; readonly tags: readonly string[] }
  | { readonly kind: 'oci' | 'oci-archive'; readonly path: string }
  /** Into the store of the container engine. */
  | { readonly kind: 'engine'; readonly engine: 'auto' | 'docker' | 'podman'; readonly names: readonly string[] };

/** The whole plan of one build: data only, and no secret in it. */
export interface Plan {
  readonly schemaVersion: typeof PLAN_SCHEMA_VERSION;
  readonly platform: Platform;
  readonly builder: {
    /** Long form, or `docker://NAME`, `oci:DIR`. */
    readonly name: string;
    readonly digest: Digest;
    /** Who the lifecycle runs as. */
    readonly user: { readonly uid: number; readonly gid: number };
    /** Whose the files are that it finds; the same user id. */
    readonly owner: { readonly uid: number; readonly gid: number };
    readonly lifecycleVersion: string;
    readonly platformApi: string;
    /** Diff IDs of layers that the build has no use for; absent: it may need all. */
    readonly unusedLayers?: readonly Digest[];
  };
  /** Which engine is to run the lifecycle, where it is ours to choose. */
  readonly engine: 'auto' | 'container' | 'rootfs';
  readonly runImage: PlannedRunImage;
  readonly previousImage?: PlannedImage;
  readonly lifecycle: {
    readonly command: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly network: string;
    readonly volumes: readonly Volume[];
  };
  /** Every name that was asked for, long form, published or not. */
  readonly tags: readonly string[];
  readonly destinations: readonly Destination[];
  /** What PUBLISH puts into the image beside what the build has made; absent when there is none. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly cache?: PlannedCache;
  readonly policy: PlannedPolicy;
  readonly sbomDirectory?: string;
  readonly reportDirectory?: string;
}

/** What the plan keeps of an image that was read. */
export function plannedImage(name: string, repository: Repository, image: Image): PlannedImage {
  const layers = image.manifest.layers.map((descriptor, index) => {
    const diffId = image.config.diffIds[index];
    if (diffId === undefined) throw new BuildpacksError('image', `${name} has no diff id for its layer ${index + 1}`);
    return { descriptor, diffId };
  });
  const { config } = image.manifest;
  return { name, repository, digest: image.raw.digest, config: config.digest, layers };
}

/**
 * Reads the plan that PREPARE wrote, in a process of its own. Only we write that file, and RUN never sees it.
 *
 * @throws InputError when there is none, or another version of this program wrote it
 */
export async function readPlan(directory: BuildDirectory): Promise<Plan> {
  const bytes = await readFile(directory.plan).catch(() => undefined);
  const plan = bytes === undefined ? undefined : parseJson(bytes);
  if (isPlan(plan)) return plan;
  const version = asRecord(plan)?.['schemaVersion'];
  const foreign =
    version === undefined || version === PLAN_SCHEMA_VERSION ? 'damaged' : `of version ${JSON.stringify(version)}`;
  const found = bytes === undefined ? 'no plan.json' : `a plan.json that is ${foreign}`;
  throw new InputError([
    {
      input: 'build-directory',
      message: `"${directory.root}" holds ${found}`,
      hint: 'Run `buildpacks-ci prepare` with this directory first, and all stages with the same version of buildpacks-ci.',
    },
  ]);
}

/** Whether a value has a plan's parts. What is in them is ours: nobody else writes the file. */
function isPlan(value: unknown): value is Plan {
  const plan = asRecord(value);
  const records = ['platform', 'builder', 'runImage', 'lifecycle', 'policy'];
  return (
    plan?.['schemaVersion'] === PLAN_SCHEMA_VERSION &&
    records.every((name) => asRecord(plan[name]) !== undefined) &&
    Array.isArray(plan['tags']) &&
    Array.isArray(plan['destinations'])
  );
}
