import { CA_CERTIFICATES, finishCaCertificates, finishLifecycle } from './tool-release.ts';

/** The real programs that tests run against, each built from a Go module below `tools`. */
export type ToolName = 'lifecycle' | 'lifecycle-previous' | 'ca-certificates' | ProgramName;

/**
 * Those that are one program, of the same name; the last three are oracles (`oracle.ts`), `cache-image` is the lifecycle's code for that
 * alone.
 */
export type ProgramName =
  | 'registry'
  | 'crane'
  | 'pack'
  | 'act'
  | 'gitlab-runner'
  | 'actionlint'
  | 'tekton'
  | 'argo'
  | 'argo-controller'
  | 'cache-image'
  | 'referrers-registry'
  | 'httpproxy'
  | 'image-json'
  | 'paketo'
  | 'registries-conf';

/** How a tool is made. */
export interface Recipe {
  /** The folder below `tools` with its `go.mod`. Default: of the tool's name. */
  readonly folder?: string;
  /** The module whose version in `go.mod` is the tool's. */
  readonly module: string;
  /** Packages by the path of the program that they become. */
  readonly programs: Readonly<Record<string, string>>;
  /** The Go variable that holds the version a program prints. */
  readonly versionVariable?: string;
  /** Compiled without optimising, in three quarters of the time: what is neither a product under test nor measured in a benchmark. */
  readonly isQuick?: boolean;
  /** What a release of the tool has beside its programs. */
  readonly finish?: (directory: string, version: string, source: string) => Promise<void>;
}

/** The package of the `main.go` beside a `go.mod`. */
const OWN_PROGRAM = '.';

/** Whether a package is a program of ours over the packages of a module. */
export function isOwnProgram(target: string): boolean {
  return target.startsWith('.');
}

const LIFECYCLE: Recipe = {
  module: 'github.com/buildpacks/lifecycle',
  programs: {
    lifecycle: 'github.com/buildpacks/lifecycle/cmd/lifecycle',
    launcher: 'github.com/buildpacks/lifecycle/cmd/launcher',
  },
  versionVariable: 'github.com/buildpacks/lifecycle/cmd.Version',
  finish: finishLifecycle,
};

/** The recipe of each tool. */
export const RECIPES: Readonly<Record<ToolName, Recipe>> = {
  lifecycle: LIFECYCLE,
  'lifecycle-previous': LIFECYCLE,
  registry: {
    module: 'github.com/distribution/distribution/v3',
    programs: { registry: OWN_PROGRAM },
    versionVariable: 'github.com/distribution/distribution/v3/version.version',
  },
  crane: {
    module: 'github.com/google/go-containerregistry',
    programs: { crane: 'github.com/google/go-containerregistry/cmd/crane' },
  },
  pack: {
    module: 'github.com/buildpacks/pack',
    programs: { pack: 'github.com/buildpacks/pack' },
    versionVariable: 'github.com/buildpacks/pack/pkg/client.Version',
  },
  act: { module: 'github.com/nektos/act', programs: { act: 'github.com/nektos/act' } },
  // The runner, and what its helper image holds; only a program of ours can be built from the module (`absent/README.md`).
  'gitlab-runner': {
    module: 'gitlab.com/gitlab-org/gitlab-runner',
    isQuick: true,
    programs: { 'gitlab-runner': OWN_PROGRAM },
  },
  actionlint: {
    module: 'github.com/rhysd/actionlint',
    programs: { actionlint: 'github.com/rhysd/actionlint/cmd/actionlint' },
    versionVariable: 'github.com/rhysd/actionlint.version',
  },
  'ca-certificates': {
    module: CA_CERTIFICATES,
    programs: {
      'bin/main': `${CA_CERTIFICATES}/cmd/main`,
      'bin/helper': `${CA_CERTIFICATES}/cmd/helper`,
    },
    finish: finishCaCertificates,
  },
  // What makes Pods of Tasks, and what is in these Pods.
  tekton: {
    module: 'github.com/tektoncd/pipeline',
    folder: 'kubernetes',
    isQuick: true,
    programs: {
      tekton: './tekton',
      entrypoint: 'github.com/tektoncd/pipeline/cmd/entrypoint',
      workingdirinit: 'github.com/tektoncd/pipeline/cmd/workingdirinit',
    },
  },
  argo: {
    module: 'github.com/argoproj/argo-workflows/v3',
    folder: 'kubernetes',
    isQuick: true,
    programs: { argo: './argo' },
  },
  // By itself, since it stands on far more code than what only reads objects.
  'argo-controller': {
    module: 'github.com/argoproj/argo-workflows/v3',
    folder: 'kubernetes',
    isQuick: true,
    programs: { 'argo-controller': './argo-controller' },
  },
  'cache-image': { module: 'github.com/buildpacks/lifecycle', programs: { 'cache-image': OWN_PROGRAM } },
  'referrers-registry': {
    module: 'github.com/google/go-containerregistry',
    programs: { 'referrers-registry': OWN_PROGRAM },
  },
  'image-json': { module: 'github.com/buildpacks/lifecycle', programs: { 'image-json': OWN_PROGRAM } },
  httpproxy: { module: 'golang.org/x/net', programs: { httpproxy: OWN_PROGRAM } },
  'registries-conf': { module: 'go.podman.io/image/v5', programs: { 'registries-conf': OWN_PROGRAM } },
  paketo: { module: 'github.com/paketo-buildpacks/packit/v2', isQuick: true, programs: { paketo: OWN_PROGRAM } },
};

export const TOOL_NAMES = Object.keys(RECIPES) as readonly ToolName[];
