import type { InputDefinition } from '../definition.ts';

export const CACHE_INPUTS = [
  {
    name: 'cache',
    group: 'cache',
    type: 'enum',
    values: ['auto', 'off', 'false', 'read', 'write'],
    default: 'auto',
    description:
      'What may be done with the layer cache: `off` (also `false`), `read`, or `write`, which also reads. `auto` follows the table of trust below; an untrusted run never writes.',
  },
  {
    name: 'cache-store',
    group: 'cache',
    type: 'list',
    description: 'Where the layer cache is: `dir:PATH`.',
    defaultNote: 'command line: a folder in the user’s cache directory; elsewhere no cache is kept',
    example: 'dir:.cache/buildpacks',
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
      'Whether the code that is built may publish, write to the cache, and choose a builder in project.toml. `auto` decides by what started the run (see the table of trust below).',
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
