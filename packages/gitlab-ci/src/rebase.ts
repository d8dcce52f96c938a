import {
  parseRebaseJob,
  REBASE_OWN_INPUTS,
  rebasedReferences,
  rebaseFailure,
  rebaseFigures,
  rebaseImages,
  rebaseJson,
  rebaseMarkdown,
  type RebaseReport,
  renderRebase,
  writeFileWhole,
} from '@buildpacks-ci/core';
import type { Command, Job } from './command.ts';
import { type Folder, openFolder } from './folder.ts';
import { readRebaseInputs } from './inputs.ts';
import { renderDotenv } from './outputs.ts';
import { withPorts } from './ports.ts';
import { withJobServer } from './request.ts';

/** Puts images on a newer run image, or tells which are outdated; the report is written before the job fails. */
export const REBASE: Command = {
  name: 'rebase',
  ownInputs: REBASE_OWN_INPUTS.map(({ name }) => name),
  async run(job) {
    const { facts, host, log } = job;
    const { environment, machine, clock } = host;
    const folder = await openFolder(machine.workingDirectory);
    const context = { environment, workingDirectory: machine.workingDirectory, now: clock.now(), facts };
    const { request, notices } = parseRebaseJob(readRebaseInputs(environment), context);
    for (const notice of notices) log.info(notice);
    const connection = withJobServer(request.connection, host);
    const report = await withPorts(job, connection, (ports) => rebaseImages({ ...request, connection }, ports));
    for (const line of renderRebase(report)) log.info(line);
    await writeReports(report, folder, log);
    const failure = rebaseFailure(report);
    if (failure !== undefined) throw failure;
  },
};

/** The images are what they are, so nothing that goes wrong here is more than a warning. */
async function writeReports(report: RebaseReport, { dotenv, rebase }: Folder, log: Job['log']): Promise<void> {
  const { rebased, outdated, failed } = rebaseFigures(report);
  const { text, omitted } = renderDotenv({
    BUILDPACKS_REBASED: String(rebased),
    BUILDPACKS_OUTDATED: String(outdated),
    BUILDPACKS_FAILED: String(failed),
    ...(rebased > 0 && { BUILDPACKS_REFERENCES: rebasedReferences(report).join(',') }),
  });
  for (const { name, reason } of omitted) log.warn(`${name} is left out of the dotenv report: ${reason}`);
  const files = { [dotenv]: text, [rebase.json]: rebaseJson(report), [rebase.markdown]: rebaseMarkdown(report) };
  for (const [file, content] of Object.entries(files)) {
    await writeFileWhole(file, [Buffer.from(content)]).catch((error: unknown) => {
      log.warn(`the report can not be written: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}
