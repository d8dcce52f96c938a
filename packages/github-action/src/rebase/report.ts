import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type CiFacts,
  type Ports,
  rebasedReferences,
  rebaseFigures,
  rebaseJson,
  rebaseMarkdown,
  type RebaseReport,
  writeFileWhole,
} from '@buildpacks-ci/core';
import type { RebaseRun } from './action.ts';
import type { RebaseOutputName } from './definitions.ts';

/** What there is to tell of, and by which ports. */
export interface RebaseReporting extends RebaseRun {
  readonly report: RebaseReport;
  /** Where the files go; absolute. */
  readonly directory: string;
  readonly ports: Ports;
  readonly facts: CiFacts;
  /** Whether the run may open an issue. */
  readonly trusted: boolean;
}

/** What a rebase gives to later steps. */
export function outputsOf(report: RebaseReport, directory: string): Readonly<Record<RebaseOutputName, string>> {
  const { rebased, outdated, failed } = rebaseFigures(report);
  return {
    rebased: String(rebased),
    outdated: String(outdated),
    failed: String(failed),
    references: rebasedReferences(report).join('\n'),
    report: jsonFile(directory),
  };
}

/** Tells of a rebase wherever the user wants it told. The images are what they are, so nothing that goes wrong here is more than a warning. */
export async function reportRebase(reporting: RebaseReporting): Promise<void> {
  const { report, directory, log } = reporting;
  const softly = async (name: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => {
      log.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  const markdown = log.masked(rebaseMarkdown(report));
  await softly('the report can not be written', async () => {
    await mkdir(directory, { recursive: true });
    await writeFileWhole(jsonFile(directory), [Buffer.from(log.masked(rebaseJson(report)))]);
    await writeFileWhole(path.join(directory, 'rebase.md'), [Buffer.from(markdown)]);
  });
  await softly('the summary can not be written', () => writeSummary(markdown, reporting));
  await softly('the report is not on GitHub', () => publishReport(markdown, reporting));
}

function jsonFile(directory: string): string {
  return path.join(directory, 'rebase.json');
}

async function writeSummary(markdown: string, { inputs, host }: RebaseReporting): Promise<void> {
  const { GITHUB_STEP_SUMMARY = '' } = host.environment;
  if (!inputs.summary || GITHUB_STEP_SUMMARY === '') return;
  await host.toolkit.writeSummary(`### ${inputs.reportTitle}\n\n${markdown}`);
}

/** Octokit is loaded only where it is needed. */
async function publishReport(markdown: string, reporting: RebaseReporting): Promise<void> {
  const { inputs, log, trusted, facts } = reporting;
  const { reportTo } = inputs;
  if (reportTo === 'none') return;
  const pullRequest = pullRequestOf(facts);
  if (reportTo === 'issue' && !trusted) {
    log.info('report-to: an untrusted run has no issue');
    return;
  }
  if (reportTo === 'pull-request' && pullRequest === undefined) {
    log.info('report-to: this run is of no pull request');
    return;
  }
  const { keepComment, keepIssue } = await import('./thread.ts');
  const url = await (pullRequest !== undefined && reportTo === 'pull-request'
    ? keepComment(pullRequest, threadOf(markdown, reporting))
    : keepIssue(threadOf(markdown, reporting)));
  if (url !== undefined) log.info(`the report is at ${url}`);
}

function threadOf(markdown: string, { inputs, host, ports, report }: RebaseReporting) {
  const { outdated, failed } = rebaseFigures(report);
  return {
    title: inputs.reportTitle,
    markdown,
    isNeeded: outdated + failed > 0,
    token: inputs.githubToken,
    environment: host.environment,
    ports,
  };
}

function pullRequestOf({ ref = '' }: CiFacts): number | undefined {
  const [, number] = /^refs\/pull\/(\d+)\//.exec(ref) ?? [];
  return number === undefined ? undefined : Number(number);
}
