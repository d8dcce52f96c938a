import path from 'node:path';

/** The hand-over between the stages (`docs/design.md`, section 2). All paths are absolute. */
export interface BuildDirectory {
  readonly root: string;
  readonly plan: string;
  readonly result: string;
  /** Copy of the app; `/workspace` in the build. */
  readonly workspace: string;
  /** `/layers` in the build; afterwards `sbom/` and `report.toml` are in it. */
  readonly layers: string;
  /** `/platform` in the build. */
  readonly platform: string;
  /** `run.toml`, `order.toml`, `buildpacks/`: `IN_BUILD.config` in the build, never written there. */
  readonly config: string;
  /** OCI layouts in and out: `IN_BUILD.layout` in the build. */
  readonly layout: string;
  /** The lifecycle's volume cache: `IN_BUILD.cache` in the build. */
  readonly cache: string;
  /** What PREPARE tells PUBLISH of the stores of layer caches, in another process. */
  readonly caches: string;
}

/** Where the directory's parts appear to the lifecycle. `/workspace` and `/layers` are part of the image's bytes and never change. */
export const IN_BUILD = {
  workspace: '/workspace',
  layers: '/layers',
  platform: '/platform',
  config: '/buildpacks-ci/config',
  layout: '/buildpacks-ci/layout',
  cache: '/buildpacks-ci/cache',
} as const;

/** Output and previous image names in layout mode; the image's bytes do not depend on them. */
export const LAYOUT_NAMES = { output: 'out.invalid/app:1', previous: 'prev.invalid/app:1' } as const;

export function buildDirectory(root: string): BuildDirectory {
  const inside = (name: string) => path.join(path.resolve(root), name);
  return {
    root: path.resolve(root),
    plan: inside('plan.json'),
    result: inside('result.json'),
    workspace: inside('workspace'),
    layers: inside('layers'),
    platform: inside('platform'),
    config: inside('config'),
    layout: inside('layout'),
    cache: inside('cache'),
    caches: inside('caches.json'),
  };
}
