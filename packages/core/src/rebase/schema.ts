import type { InputDefinition } from '../inputs/definition.ts';
import { CONNECTION_INPUTS, type InputName, INPUTS } from '../inputs/schema.ts';

/** Inputs that a rebase alone has, or that mean something narrower there than in a build. */
export const REBASE_OWN_INPUTS = [
  {
    name: 'images',
    group: 'image',
    type: 'list',
    description: 'The images to rebase, one per line, by their tags.',
    example: 'registry.example/team/shop:1\nregistry.example/team/cart:1',
  },
  {
    name: 'list',
    group: 'image',
    type: 'list',
    description:
      'A file with an image on each line; `#` begins a comment. Several files, one per line. An untrusted run reads none.',
  },
  {
    name: 'all',
    group: 'image',
    type: 'list',
    description:
      "All repositories and tags at and below `registry/prefix`, by the registry's catalogue; what is no app image is left out. Some hosted registries have no catalogue: name `images` there.",
    example: 'registry.example/team',
  },
  {
    name: 'tags',
    group: 'image',
    type: 'list',
    description: 'With `all`: only tags like this one, with `*` for any characters. Several patterns, one per line.',
    example: 'v*',
  },
  {
    name: 'exclude',
    group: 'image',
    type: 'list',
    description:
      'Images that are left alone, named or found; patterns as in [policy.md](policy.md#patterns) without digests, one per line. The report tells what was left out.',
    example: 'registry.example/team/legacy\nregistry.example/team/*:1.*',
  },
  {
    name: 'exclude-tags',
    group: 'image',
    type: 'list',
    description:
      'Tags that are left alone, whose image it be, with `*` for any characters. Several patterns, one per line.',
    example: '*-rc*',
  },
  {
    name: 'older-than',
    group: 'image',
    type: 'number',
    description: 'Only images whose present run image was made before so many days.',
    example: '30',
  },
  {
    name: 'run-image',
    group: 'build',
    type: 'string',
    description: 'The new run image, in place of the one that the image records.',
  },
  {
    name: 'run-images',
    group: 'build',
    type: 'list',
    description:
      'The run images that images may be put on, of those that their labels name; patterns as in [policy.md](policy.md#patterns), one per line. With `all` they are needed, unless `run-image` or a policy says what is allowed: labels are written by whoever pushes the image.',
    example: 'registry.example/base/*\ndocker.io/paketobuildpacks/*',
  },
  {
    name: 'previous-image',
    group: 'build',
    type: 'string',
    description: 'The image to read, where the result is to have another name.',
  },
  {
    name: 'force',
    group: 'build',
    type: 'boolean',
    default: 'false',
    description: "Lifts the rules that the lifecycle's `-force` lifts, and records the run image's name in the image.",
  },
  {
    name: 'keep-old-as',
    group: 'build',
    type: 'string',
    description:
      'A tag that keeps the old image: `{tag}-before-{date}`, `{tag}-before-{digest}`. Where it keeps another one already, the digest is added.',
    example: '{tag}-before-{date}',
  },
  {
    name: 'check',
    group: 'run',
    type: 'boolean',
    default: 'false',
    description: 'Changes nothing; the exit status is 110 when an image is outdated.',
  },
  {
    name: 'dry-run',
    group: 'run',
    type: 'boolean',
    default: 'false',
    description: 'Changes nothing; tells what would be done. An untrusted run does no more than this.',
  },
  {
    name: 'parallel',
    group: 'run',
    type: 'number',
    default: '8',
    description: 'Images at once.',
  },
  {
    name: 'policy',
    group: 'run',
    type: 'list',
    description:
      'Rules of the platform team for run images, registries and targets: the path of a policy, or `oci://REPOSITORY@sha256:…`. Several hold together, and with the one that the machine may have. An image that breaks one is left alone (exit status 112).',
    defaultNote: 'the policy of the machine, `/etc/buildpacks-ci/policy.toml`, if there is one',
    example: 'oci://registry.example/platform/policy@sha256:4f5f…',
  },
  {
    name: 'trust',
    group: 'run',
    type: 'enum',
    values: ['auto', 'trusted', 'untrusted'],
    default: 'auto',
    description:
      'Whether the run may change images. `auto` decides by what started it: a pull or merge request changes nothing.',
  },
] as const satisfies readonly InputDefinition[];

/** Their names. */
export type RebaseOwnInput = (typeof REBASE_OWN_INPUTS)[number]['name'];

/** What a rebase takes from the inputs of a build as it is. */
const SHARED: readonly InputName[] = [...CONNECTION_INPUTS, 'log-level'];

/** Every input of a rebase, for all adapters. */
export const REBASE_INPUTS: readonly InputDefinition[] = [
  ...REBASE_OWN_INPUTS,
  ...INPUTS.filter(({ name }) => SHARED.includes(name)),
];
