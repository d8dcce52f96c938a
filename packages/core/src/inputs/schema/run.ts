import type { InputDefinition } from '../definition.ts';

export const CACHE_INPUTS = [
  {
    name: 'cache',
    group: 'cache',
    type: 'enum',
    values: ['auto', 'off', 'false', 'read', 'write'],
    default: 'auto',
    description:
      'What may be done with the layer cache: `off` (also `false`), `read`, or `write`, which also reads. `auto` depends on what started the run (see [what a run may do](#what-a-run-may-do)); an untrusted run never writes.',
  },
  {
    name: 'cache-store',
    group: 'cache',
    type: 'list',
    description:
      'Where the layer cache is; several are asked in order until one has it, the fastest should come first, and all are written. `registry:REPOSITORY` keeps it in a registry, alone or beside images. `dir:PATH` is a directory, for a volume or what a CI carries from job to job (GitLab’s `cache: paths`). Both move only what has changed, and can be signed. `github` is GitHub’s cache service, in the action only. `local:PATH` keeps the lifecycle’s files as they are, on a machine that stays: fastest there, several times larger, not signed, without a limit. [cache.md](cache.md) tells which to take.',
    defaultNote:
      'command line: a folder in the user’s cache directory; GitHub: `github`; GitLab: the registry; elsewhere no cache is kept',
    example: 'dir:.cache/buildpacks\nregistry:registry.example/team/app-cache',
  },
  {
    name: 'cache-suffix',
    group: 'cache',
    type: 'string',
    description:
      'Keeps caches of the same image apart, for jobs that build it in different ways. Otherwise builds share one when image repository, platform, builder and its user are the same, and the branch: without a cache of its own a branch begins with that of the default branch.',
    example: 'tests',
  },
  {
    name: 'cache-max-size',
    group: 'cache',
    type: 'string',
    default: '2GB',
    description:
      'How large the cache may get in each store. What only older builds used goes first, then the layers that take most room.',
    example: '500MB',
  },
  {
    name: 'cache-sign-key',
    group: 'cache',
    type: 'string',
    secret: true,
    description:
      'An Ed25519 private key that signs the cache, for those who may write it. `openssl genpkey -algorithm ed25519` makes one; give the PEM text, or its base64 part on one line. `cache-store` has to name a store then. [cache.md](cache.md#signing) tells how to change it.',
  },
  {
    name: 'cache-verify-keys',
    group: 'cache',
    type: 'list',
    description:
      'Ed25519 public keys: only a cache that one of them signed is used, for the same builder, within seven days. PEM blocks, or base64 one per line; several while keys change. `openssl pkey -pubout` makes one of a private key.',
  },
  {
    name: 'clear-cache',
    group: 'cache',
    type: 'boolean',
    default: 'false',
    description: 'Builds without what the cache holds, then writes it anew.',
  },
] as const satisfies readonly InputDefinition[];

export const RUN_INPUTS = [
  {
    name: 'engine',
    group: 'run',
    type: 'enum',
    values: ['auto', 'container', 'rootfs'],
    default: 'auto',
    description:
      'Where buildpacks run: `container` uses docker or podman, `rootfs` unpacks the builder and needs no engine. `auto` takes `container` when an engine answers, else `rootfs`.',
  },
  {
    name: 'trust',
    group: 'run',
    type: 'enum',
    values: ['auto', 'trusted', 'untrusted'],
    default: 'auto',
    description:
      'Whether the code that is built may publish, write to the cache, and choose a builder in project.toml. `auto` decides by what started the run (see [what a run may do](#what-a-run-may-do)).',
  },
  {
    name: 'policy',
    group: 'run',
    type: 'list',
    description:
      'Rules of the platform team that a build must keep: the path of a policy, or `oci://REPOSITORY@sha256:…` for one on a registry. Several hold together, and with the one that the machine may have. Nothing is published that breaks one (exit status 112). An untrusted run takes no policy from its checkout. [policy.md](policy.md) tells how to write and to distribute one.',
    defaultNote: 'the policy of the machine, `/etc/buildpacks-ci/policy.toml`, if there is one',
    example: 'oci://registry.example/platform/policy@sha256:4f5f…',
  },
] as const satisfies readonly InputDefinition[];

export const REPORT_INPUTS = [
  {
    name: 'sbom-directory',
    group: 'reports',
    type: 'path',
    description: 'Where the software bills of materials of the build and of the image are written.',
    defaultNote: 'they stay in the image only',
  },
  {
    name: 'report-directory',
    group: 'reports',
    type: 'path',
    description: "Where `result.json` and the lifecycle's `report.toml` are written.",
    defaultNote: 'not written',
  },
  {
    name: 'log-level',
    group: 'reports',
    type: 'enum',
    values: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    description: 'How much is printed, by us and by the lifecycle.',
  },
] as const satisfies readonly InputDefinition[];
