import { IN_BUILD, LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';

/** The one folder of ours in a container that is the builder image itself: its user can make none elsewhere. */
export const JOB_ROOT = '/tmp/buildpacks-ci';

/** Where the parts of the build directory appear to the lifecycle there. */
export const IN_JOB = {
  ...IN_BUILD,
  platform: `${JOB_ROOT}/platform`,
  config: `${JOB_ROOT}/config`,
  layout: `${JOB_ROOT}/layout`,
  cache: `${JOB_ROOT}/cache`,
} as const satisfies Record<keyof typeof IN_BUILD, string>;

/** The folder of the image that the build makes, below the layouts. */
export const OUTPUT_FOLDER = LAYOUT_NAMES.output.slice(0, LAYOUT_NAMES.output.indexOf('/'));

/** What PREPARE leaves in the folder that it hands over; plan and caches are for PUBLISH only. */
export const PREPARED = {
  plan: 'plan.json',
  caches: 'caches.json',
  /** The app, for `/workspace`. */
  app: 'app.tar.zst',
  /** All that the lifecycle reads, and `SETTINGS`: for `JOB_ROOT`. */
  build: 'build.tar.zst',
  /** The restored layer cache, if there is one: for `JOB_ROOT`. */
  cache: 'cache.tar.zst',
  /** Programs for the script. */
  tools: 'tools',
} as const;

/** What the script leaves for PUBLISH: hostile input. */
export const BUILT = {
  /** Names in it are below `/`. */
  build: 'build.tar.zst',
  /** The lifecycle's cache but for layers that were handed over; names in it are below `JOB_ROOT`. */
  cache: 'cache.tar.zst',
} as const;

/** Small files beside what the lifecycle reads, for the script. */
export const SETTINGS = {
  /** The lifecycle's whole environment but `HOME`, one variable a line. */
  environment: 'environment',
  /** `UID:GID` that the lifecycle is to have. */
  user: 'user',
  /** `HandOverTerms`; the limit only where there is one, in bytes. */
  otherUser: 'other-user',
  limit: 'limit',
  limitInput: 'limit-input',
  limitAdvice: 'limit-advice',
  /** Is there when the cache that the build leaves is wanted. */
  keepCache: 'keep-cache',
} as const;
