import { IN_BUILD, LAYOUT_NAMES } from './build-directory.ts';
import { isAtLeast, type PlatformApi } from '../builder/platform-api.ts';
import { InputError } from '../errors/index.ts';

/** What one run of the lifecycle's creator is to do. */
export interface CreatorRun {
  readonly platformApi: PlatformApi;
  /** The CNB user, or the one that the input `uid` names. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Long name of the run image, under which its layout lies (`layoutPath`). */
  readonly runImage: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly colours: 'keep' | 'strip';
  /** Which of our own files in the build's configuration directory take the place of the builder's. */
  readonly overrides: readonly ConfigFile[];
  /** Build without layers of the previous image and the cache. */
  readonly clearCache: boolean;
  /** The process that the image starts. */
  readonly processType?: string;
  /** `production` unless told otherwise; others need Platform API 0.15. */
  readonly execEnv?: string;
  /** Seconds since 1970; absent: the lifecycle's own, 1980-01-01T00:00:01Z. */
  readonly creationTime?: number;
}

/** Files and directories that PREPARE writes to `BuildDirectory.config`. */
export type ConfigFile = keyof typeof CONFIG_FILES;

interface ConfigEntry {
  readonly name: string;
  readonly variable: string;
}

const CONFIG_FILES = {
  order: { name: 'order.toml', variable: 'CNB_ORDER_PATH' },
  buildpacks: { name: 'buildpacks', variable: 'CNB_BUILDPACKS_DIR' },
  run: { name: 'run.toml', variable: 'CNB_RUN_PATH' },
  system: { name: 'system.toml', variable: 'CNB_SYSTEM_PATH' },
  projectMetadata: { name: 'project-metadata.toml', variable: 'CNB_PROJECT_METADATA_PATH' },
} as const satisfies Record<string, ConfigEntry>;

/** A process to start in the build: what `EngineRun` takes. */
export interface CreatorInvocation {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const CREATOR = '/cnb/lifecycle/creator';
const DEFAULT_EXEC_ENV = 'production';

/** The name below the configuration directory under which a file is expected. */
export function configFileName(file: ConfigFile): string {
  return CONFIG_FILES[file].name;
}

/**
 * The creator's command and environment in OCI layout mode. Everything goes by environment: flags exist only under some Platform APIs,
 * and the lifecycle reads each of these variables under all of 0.12 to 0.15 (lifecycle, `platform/lifecycle_inputs.go`).
 *
 * CNB_PARALLEL_EXPORT stays unset: the cache is saved in a moment, and whichever of export and cache comes second to a layer polls for it
 * every 500 ms, which made rebuilds 0.2 s slower and first builds no faster.
 *
 * @throws InputError on `exec-env` when this Platform API knows no execution environments
 */
export function creatorInvocation(run: CreatorRun): CreatorInvocation {
  const overrides = run.overrides.map((file) => {
    const { name, variable } = CONFIG_FILES[file];
    return [variable, `${IN_BUILD.config}/${name}`];
  });
  return {
    command: [CREATOR, LAYOUT_NAMES.output],
    environment: {
      CNB_PLATFORM_API: run.platformApi,
      CNB_EXPERIMENTAL_MODE: 'quiet',
      CNB_USE_LAYOUT: 'true',
      CNB_LAYOUT_DIR: IN_BUILD.layout,
      CNB_RUN_IMAGE: run.runImage,
      CNB_PREVIOUS_IMAGE: LAYOUT_NAMES.previous,
      CNB_USER_ID: String(run.user.uid),
      CNB_GROUP_ID: String(run.user.gid),
      ...directories(),
      CNB_LOG_LEVEL: run.logLevel,
      CNB_NO_COLOR: String(run.colours === 'strip'),
      ...(Object.fromEntries(overrides) as Record<string, string>),
      ...choices(run),
    },
  };
}

/** The same environment where parts of the build directory are elsewhere; `/workspace` and `/layers` never are. */
export function relocateParts(
  environment: CreatorInvocation['environment'],
  places: Readonly<Record<keyof typeof IN_BUILD, string>>,
): CreatorInvocation['environment'] {
  const parts = Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[];
  const relocated = Object.entries(environment).map(([name, value]) => {
    const part = parts.find((each) => value === IN_BUILD[each] || value.startsWith(`${IN_BUILD[each]}/`));
    const isPlace = part !== undefined && name.startsWith('CNB_');
    return [name, isPlace ? `${places[part]}${value.slice(IN_BUILD[part].length)}` : value] as const;
  });
  return Object.fromEntries(relocated);
}

function directories(): Record<string, string> {
  return {
    CNB_APP_DIR: IN_BUILD.workspace,
    CNB_LAYERS_DIR: IN_BUILD.layers,
    CNB_PLATFORM_DIR: IN_BUILD.platform,
    CNB_CACHE_DIR: IN_BUILD.cache,
    CNB_REPORT_PATH: `${IN_BUILD.layers}/report.toml`,
  };
}

function choices(run: CreatorRun): Record<string, string> {
  return {
    ...(run.clearCache && { CNB_SKIP_RESTORE: 'true' }),
    ...(run.processType !== undefined && { CNB_PROCESS_TYPE: run.processType }),
    ...(run.creationTime !== undefined && { SOURCE_DATE_EPOCH: String(Math.trunc(run.creationTime)) }),
    ...execEnvironment(run),
  };
}

function execEnvironment({ execEnv = DEFAULT_EXEC_ENV, platformApi }: CreatorRun): Record<string, string> {
  if (isAtLeast(platformApi, '0.15')) return { CNB_EXEC_ENV: execEnv };
  if (execEnv === DEFAULT_EXEC_ENV) return {};
  throw new InputError([
    {
      input: 'exec-env',
      message: `"${execEnv}" needs Platform API 0.15, and the builder's lifecycle offers ${platformApi}`,
      hint: 'Use a newer version of the builder, or leave exec-env out.',
    },
  ]);
}
