/** A variable as GitLab hands it to a runner. */
export interface Variable {
  readonly key: string;
  readonly value: string;
  /** The job gets the path of a file with the value. */
  readonly file?: boolean;
  /** Not shown in logs. */
  readonly masked?: boolean;
  /** `expand: false`: taken literally. */
  readonly raw?: boolean;
}

/** A job of an expanded pipeline, as far as this bench knows its keywords. */
export interface JobDefinition {
  readonly stage: string;
  readonly image: {
    readonly name: string;
    readonly entrypoint?: readonly string[];
    readonly docker?: { readonly user?: string };
  };
  readonly script: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly needs?: readonly { readonly job: string; readonly artifacts?: boolean }[];
  readonly dependencies?: readonly string[];
  readonly allow_failure?: boolean | { readonly exit_codes: number | readonly number[] };
  readonly cache?: readonly CacheDefinition[];
  readonly artifacts?: ArtifactsDefinition;
}

interface CacheDefinition {
  readonly key?: string;
  readonly paths?: readonly string[];
  readonly policy?: string;
  readonly when?: string;
}

interface ArtifactsDefinition {
  readonly name?: string;
  readonly paths?: readonly string[];
  readonly exclude?: readonly string[];
  readonly when?: string;
  readonly expire_in?: string;
  readonly reports?: Readonly<Record<string, string | readonly string[]>>;
}

/** The part of a runner's job that the pipeline's definition decides; names as in the runner's protocol. */
export function jobOf(name: string, definition: JobDefinition): object {
  const { stage, image, script, cache = [], artifacts } = definition;
  return {
    job_info: { name, stage },
    image: { name: image.name, entrypoint: image.entrypoint ?? [], executor_opts: { docker: image.docker ?? {} } },
    steps: [{ name: 'script', script, timeout: 600, when: 'on_success', allow_failure: false }],
    cache: cache.map(cacheOf),
    artifacts: artifacts === undefined ? [] : artifactsOf(artifacts),
  };
}

/** gitlab-ci-local writes `expand: false` as doubled dollars; GitLab tells the runner that the value is raw. */
export function variablesOf({ variables = {} }: JobDefinition): readonly Variable[] {
  return Object.entries(variables).map(([key, value]) => {
    const dollars = value.match(/\$+/g) ?? [];
    const raw = dollars.length > 0 && dollars.every(({ length }) => length % 2 === 0);
    return { key, value: raw ? value.replaceAll('$$', '$') : value, raw };
  });
}

function cacheOf({ key = 'default', paths = [], policy = 'pull-push', when = 'on_success' }: CacheDefinition): object {
  return { key, paths, policy, when, untracked: false, fallback_keys: [] };
}

function artifactsOf({ paths, reports = {}, when = 'on_success', ...rest }: ArtifactsDefinition): readonly object[] {
  const archive = { ...rest, paths, when, artifact_type: 'archive', artifact_format: 'zip' };
  const files = Object.entries(reports).map(([kind, names]) => ({
    name: `${kind}.gz`,
    paths: [names].flat(),
    when: 'always',
    artifact_type: kind,
    artifact_format: 'gzip',
  }));
  return [...(paths === undefined ? [] : [archive]), ...files];
}
