import { BuildpacksError } from '../errors/index.ts';
import { asArray, asRecord, asStrings, asText, type JsonRecord, optional, parseJson } from '../json/json.ts';
import type { ImageConfig } from '../image/manifest.ts';
import { type Digest, isDigest } from '../reference/index.ts';

/** Labels that the lifecycle writes to an app image (platform specification, "Labels"). */
export const APP_LABEL = {
  lifecycle: 'io.buildpacks.lifecycle.metadata',
  build: 'io.buildpacks.build.metadata',
  project: 'io.buildpacks.project.metadata',
  execEnv: 'io.buildpacks.exec-env',
  rebasable: 'io.buildpacks.rebasable',
} as const;

/** Whose each layer of an app image is; all digests are diff ids. */
export interface LifecycleMetadata {
  /** The app's slices, in the image's order. */
  readonly app: readonly Digest[];
  readonly sbom?: Digest;
  readonly buildpacks: readonly BuildpackLayers[];
  readonly config?: Digest;
  readonly launcher?: Digest;
  readonly processTypes?: Digest;
  readonly runImage: RunImageMetadata;
}

/** The launch layers of one buildpack. */
export interface BuildpackLayers {
  readonly id: string;
  readonly version: string;
  readonly layers: readonly BuildpackLayer[];
}

export interface BuildpackLayer {
  readonly name: string;
  readonly diffId: Digest;
  readonly build: boolean;
  readonly launch: boolean;
  readonly cache: boolean;
}

/** The run image that the app image stands on; what a rebase needs. */
export interface RunImageMetadata {
  /** Diff id of the run image's last layer. */
  readonly topLayer?: Digest;
  /** `name@sha256:…` of the run image that was used. */
  readonly reference?: string;
  /** The canonical name, under which later run images are found. */
  readonly image?: string;
  readonly mirrors: readonly string[];
}

/** What was built, as the buildpacks told it. */
export interface BuildMetadata {
  readonly buildpacks: readonly ModuleMetadata[];
  readonly extensions: readonly ModuleMetadata[];
  readonly processes: readonly ProcessMetadata[];
  readonly defaultProcess?: string;
  /** Version of the lifecycle whose launcher is in the image. */
  readonly launcherVersion?: string;
}

export interface ModuleMetadata {
  readonly id: string;
  readonly version: string;
  readonly homepage?: string;
}

export interface ProcessMetadata {
  readonly type: string;
  /** One item in images of Platform API < 0.10. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly direct: boolean;
  readonly buildpack?: string;
  readonly workingDirectory?: string;
  readonly execEnv: readonly string[];
}

/** Where the source came from; version and metadata are as the platform wrote them. */
export interface ProjectMetadata {
  readonly type?: string;
  readonly version: JsonRecord;
  readonly metadata: JsonRecord;
}

/** Everything that the lifecycle's labels say about an app image. */
export interface AppLabels {
  readonly lifecycle: LifecycleMetadata;
  /** Absent when the label is. */
  readonly build?: BuildMetadata;
  readonly project?: ProjectMetadata;
  /** `production`, `test`, …; since Platform API 0.15. */
  readonly execEnv?: string;
  /** False only when the image says that it must not be rebased. */
  readonly rebasable: boolean;
}

/**
 * Reads the labels of an app image. Unknown keys are ignored and absent ones are empty, as the lifecycle does it.
 *
 * @returns undefined when the image was not made by the lifecycle
 * @throws BuildpacksError `image` naming the label that is not a JSON object
 */
export function parseAppLabels(config: ImageConfig): AppLabels | undefined {
  const lifecycle = parseLifecycleMetadata(config);
  if (lifecycle === undefined) return undefined;
  return {
    lifecycle,
    ...optional('build', parseBuildMetadata(config)),
    ...optional('project', parseProjectMetadata(config)),
    ...optional('execEnv', asText(config.config.Labels[APP_LABEL.execEnv])),
    rebasable: config.config.Labels[APP_LABEL.rebasable] !== 'false',
  };
}

/** Reads `io.buildpacks.lifecycle.metadata`; undefined when the image has no such label. */
export function parseLifecycleMetadata(config: ImageConfig): LifecycleMetadata | undefined {
  const json = labelObject(config, APP_LABEL.lifecycle);
  if (json === undefined) return undefined;
  const runImage = asRecord(json['runImage']) ?? {};
  return {
    app: asArray(json['app'])
      .map(shaOf)
      .filter((sha) => sha !== undefined),
    ...optional('sbom', shaOf(json['sbom'])),
    buildpacks: asArray(json['buildpacks']).map((item) => parseBuildpackLayers(asRecord(item) ?? {})),
    ...optional('config', shaOf(json['config'])),
    ...optional('launcher', shaOf(json['launcher'])),
    ...optional('processTypes', shaOf(json['process-types'])),
    runImage: {
      ...optional('topLayer', asDigest(runImage['topLayer'])),
      ...optional('reference', asText(runImage['reference'])),
      ...imageAndMirrors(runImage, asRecord(asRecord(json['stack'])?.['runImage']) ?? {}),
    },
  };
}

/** Reads `io.buildpacks.build.metadata`; undefined when the image has no such label. */
function parseBuildMetadata(config: ImageConfig): BuildMetadata | undefined {
  const json = labelObject(config, APP_LABEL.build);
  if (json === undefined) return undefined;
  return {
    buildpacks: asArray(json['buildpacks']).map(parseModule),
    extensions: asArray(json['extensions']).map(parseModule),
    processes: asArray(json['processes']).map((item) => parseProcess(asRecord(item) ?? {})),
    ...optional('defaultProcess', asText(json['buildpack-default-process-type'])),
    ...optional('launcherVersion', asText(asRecord(json['launcher'])?.['version'])),
  };
}

/** Reads `io.buildpacks.project.metadata`; undefined when the label is absent or names no source. */
function parseProjectMetadata(config: ImageConfig): ProjectMetadata | undefined {
  const source = asRecord(labelObject(config, APP_LABEL.project)?.['source']);
  if (source === undefined) return undefined;
  return {
    ...optional('type', asText(source['type'])),
    version: asRecord(source['version']) ?? {},
    metadata: asRecord(source['metadata']) ?? {},
  };
}

function labelObject(config: ImageConfig, label: string): JsonRecord | undefined {
  const text = config.config.Labels[label];
  if (text === undefined || text === '') return undefined;
  const json = asRecord(parseJson(text));
  if (json === undefined) throw new BuildpacksError('image', `the label ${label} of the image is not a JSON object`);
  return json;
}

/** Before Platform API 0.12 only `stack.runImage` named the image. */
function imageAndMirrors(
  runImage: JsonRecord,
  stack: JsonRecord,
): { readonly image?: string; readonly mirrors: readonly string[] } {
  const named = asText(runImage['image']) === undefined ? stack : runImage;
  return { ...optional('image', asText(named['image'])), mirrors: asStrings(named['mirrors']) };
}

function parseBuildpackLayers(json: JsonRecord): BuildpackLayers {
  const layers = Object.entries(asRecord(json['layers']) ?? {}).flatMap(([name, value]) => {
    const diffId = shaOf(value);
    const flags = asRecord(value) ?? {};
    if (diffId === undefined) return [];
    const [build, launch, cache] = [flags['build'] === true, flags['launch'] === true, flags['cache'] === true];
    return [{ name, diffId, build, launch, cache }];
  });
  return { id: asText(json['key']) ?? '', version: asText(json['version']) ?? '', layers };
}

function parseModule(value: unknown): ModuleMetadata {
  const json = asRecord(value) ?? {};
  return {
    id: asText(json['id']) ?? '',
    version: asText(json['version']) ?? '',
    ...optional('homepage', asText(json['homepage'])),
  };
}

function parseProcess(json: JsonRecord): ProcessMetadata {
  const command = json['command'];
  return {
    type: asText(json['type']) ?? '',
    command: typeof command === 'string' ? [command] : asStrings(command),
    args: asStrings(json['args']),
    direct: json['direct'] === true,
    ...optional('buildpack', asText(json['buildpackID'])),
    ...optional('workingDirectory', asText(json['working-dir'])),
    execEnv: asStrings(json['exec-env']),
  };
}

function shaOf(value: unknown): Digest | undefined {
  return asDigest(asRecord(value)?.['sha']);
}

function asDigest(value: unknown): Digest | undefined {
  return typeof value === 'string' && isDigest(value) ? value : undefined;
}
