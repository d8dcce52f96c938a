import type { InputProblem, RawInputs } from '@buildpacks-ci/core';
import { REBASE_INPUTS } from '@buildpacks-ci/core';
import { inputVariable, mistakes, readFlag } from '../inputs.ts';
import { REBASE_ACTION_INPUTS, REBASE_GITHUB_INPUTS } from './definitions.ts';

type OwnName = (typeof REBASE_GITHUB_INPUTS)[number]['name'];

/** Where the report goes beside the page of the job. */
export type ReportTo = 'none' | 'issue' | 'pull-request';

/** What a workflow has written after `with:`. */
export interface RebaseActionInputs {
  /** Those that core knows, as it takes them. */
  readonly core: RawInputs;
  readonly githubToken: string;
  readonly summary: boolean;
  readonly reportTo: ReportTo;
  readonly reportTitle: string;
  /** Empty: none is wanted. */
  readonly reportDirectory: string;
  readonly problems: readonly InputProblem[];
}

/**
 * Takes the inputs from the variables in which the runner gives them. Empty text means absent.
 *
 * @param debug the job's debug logging
 */
export function readRebaseInputs(environment: Readonly<Record<string, string>>, debug: boolean): RebaseActionInputs {
  const problems: InputProblem[] = [];
  const text = (name: OwnName) => {
    const definition = REBASE_GITHUB_INPUTS.find((input) => input.name === name);
    const otherwise = definition !== undefined && 'default' in definition ? definition.default : '';
    return environment[inputVariable(name)]?.trim() || (name === 'github-token' ? '' : otherwise);
  };
  return {
    core: {
      ...Object.fromEntries(REBASE_INPUTS.map(({ name }) => [name, environment[inputVariable(name)]])),
      ...(debug && { 'log-level': 'debug' }),
    },
    githubToken: text('github-token'),
    summary: readFlag('summary', text('summary'), problems),
    reportTo: readReportTo(text('report-to'), problems),
    reportTitle: readTitle(text('report-title'), problems),
    reportDirectory: text('report-directory'),
    problems: [...problems, ...mistakes(environment, REBASE_ACTION_INPUTS)],
  };
}

function readReportTo(text: string, problems: InputProblem[]): ReportTo {
  if (text === 'none' || text === 'issue' || text === 'pull-request') return text;
  const hint = 'Write one of none, issue, pull-request.';
  problems.push({ input: 'report-to', message: `"${text}" is not one of its values`, hint });
  return 'none';
}

/** GitHub's limit for the title of an issue. */
const LONGEST_TITLE = 256;

function readTitle(text: string, problems: InputProblem[]): string {
  if (text.length > LONGEST_TITLE || text.includes('\n')) {
    const hint = `Write one line of at most ${LONGEST_TITLE} characters.`;
    problems.push({ input: 'report-title', message: 'it is too long for a title', hint });
  }
  return text;
}
