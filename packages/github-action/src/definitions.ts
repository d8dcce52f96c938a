import { CI_INPUTS, type InputDefinition } from '@buildpacks-ci/core';

/** Inputs that only GitHub has. */
export const GITHUB_INPUTS = [
  {
    name: 'github-token',
    group: 'reports',
    type: 'string',
    secret: true,
    default: '${{ github.token }}',
    description:
      'The token for `ghcr.io`, where no other credential is known for it, and for the API: removing old caches (`actions: write`) and `dependency-submission`. It is sent to no other registry.',
  },
  {
    name: 'summary',
    group: 'reports',
    type: 'boolean',
    default: 'true',
    description: 'Writes a summary of the build to the page of the job.',
  },
  {
    name: 'sbom-artifact',
    group: 'reports',
    type: 'string',
    description:
      'The name of an artifact of the run that gets the software bills of materials; two builds of one run need two names. Where the artifact can not be kept (GitHub Enterprise Server has no such service for it), there is a warning.',
    defaultNote: 'none is made; the output `sbom` names the directory',
    example: 'sbom',
  },
  {
    name: 'dependency-submission',
    group: 'reports',
    type: 'boolean',
    default: 'false',
    description:
      'Submits what the image contains to the dependency graph, for alerts; needs `contents: write`. Nothing is submitted in untrusted runs, and a failure is a warning.',
  },
] as const satisfies readonly InputDefinition[];

/** Every input of the action, in the order of `action.yml`. */
export const ACTION_INPUTS: readonly InputDefinition[] = [...CI_INPUTS, ...GITHUB_INPUTS];

/** An output of the action. */
export interface OutputDefinition {
  readonly name: string;
  readonly description: string;
}

/** Every output of the action. */
export const ACTION_OUTPUTS = [
  {
    name: 'image',
    description:
      'The image with its main tag, for example ghcr.io/example/shop:latest. Empty when nothing was published.',
  },
  {
    name: 'name',
    description:
      'The image without its tag, for `name@digest` and for `subject-name` of an attestation. Empty when nothing was published.',
  },
  { name: 'digest', description: 'The digest of the image, sha256:….' },
  { name: 'tags', description: 'All references that now have this digest, one per line.' },
  { name: 'metadata', description: 'All that is known about the build, as JSON (docs/result.schema.json).' },
  { name: 'builder', description: 'The builder that was used, with its digest.' },
  { name: 'run-image', description: 'The run image that was used, with its digest.' },
  { name: 'sbom', description: 'The directory with the software bills of materials.' },
  { name: 'report', description: 'The directory with result.json and report.toml.' },
  { name: 'cache-hit', description: 'Whether the build began with a layer cache: true or false.' },
] as const satisfies readonly OutputDefinition[];

export type OutputName = (typeof ACTION_OUTPUTS)[number]['name'];
