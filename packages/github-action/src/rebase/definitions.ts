import { type InputDefinition, REBASE_INPUTS } from '@buildpacks-ci/core';
import type { OutputDefinition } from '../definitions.ts';

/** Inputs that only GitHub has. */
export const REBASE_GITHUB_INPUTS = [
  {
    name: 'github-token',
    group: 'reports',
    type: 'string',
    secret: true,
    default: '${{ github.token }}',
    description:
      'The token for `ghcr.io`, where no other credential is known for it (`packages: write`), and for `report-to`. It is sent to no other registry, and to the API only if `report-to` asks for that.',
  },
  {
    name: 'summary',
    group: 'reports',
    type: 'boolean',
    default: 'true',
    description: 'Writes the report to the page of the job.',
  },
  {
    name: 'report-to',
    group: 'reports',
    type: 'enum',
    values: ['none', 'issue', 'pull-request'],
    default: 'none',
    description:
      'Where the report goes besides: `issue` keeps one issue, open while an image is outdated, refused or in trouble, and closed when there is none (`issues: write`); `pull-request` keeps one comment on the pull request that the run is of (`pull-requests: write`). An untrusted run has no issue, and a failure is a warning.',
  },
  {
    name: 'report-title',
    group: 'reports',
    type: 'string',
    default: 'App images that need a newer run image',
    description: 'The title of the report. Reports with different titles are kept apart.',
  },
  {
    name: 'report-directory',
    group: 'reports',
    type: 'path',
    description: 'Where `rebase.json` and `rebase.md` are written.',
    defaultNote: 'a folder that goes after the job',
  },
] as const satisfies readonly InputDefinition[];

/** Every input of the action, in the order of its `action.yml`. */
export const REBASE_ACTION_INPUTS: readonly InputDefinition[] = [...REBASE_INPUTS, ...REBASE_GITHUB_INPUTS];

/** Every output of the action. */
export const REBASE_OUTPUTS = [
  { name: 'rebased', description: 'How many images were rebased.' },
  { name: 'outdated', description: 'How many images would be rebased, with `check` and `dry-run`.' },
  { name: 'failed', description: 'How many images a rule stands against, or were in trouble.' },
  {
    name: 'references',
    description: 'The new images, `name@sha256:…` per line: what has to be signed or attested again.',
  },
  { name: 'report', description: 'The file with the report as JSON; the folder has it as Markdown too.' },
] as const satisfies readonly OutputDefinition[];

export type RebaseOutputName = (typeof REBASE_OUTPUTS)[number]['name'];
