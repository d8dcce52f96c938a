import { type BuildResult, renderResult, writeFileWhole, writeResult } from '@buildpacks-ci/core';
import { copyBills } from './bills.ts';
import type { Job } from './command.ts';
import type { Folder } from './folder.ts';
import { linksOf, renderAnnotations } from './links.ts';
import { outputsOf, renderDotenv } from './outputs.ts';

/** What there is to tell of. */
export interface Reporting {
  readonly result: BuildResult;
  /** Where the bills of materials are. */
  readonly sbomDirectory: string;
  readonly folder: Folder;
  readonly job: Pick<Job, 'host' | 'log'>;
}

/**
 * Tells of a build in the job's log, and writes the files from which GitLab takes reports. The image is where it was wanted, so nothing
 * that goes wrong here is more than a warning.
 */
export async function reportBuild({ result, sbomDirectory, folder, job }: Reporting): Promise<void> {
  const { host, log } = job;
  const softly = async (name: string, work: () => Promise<void>) => {
    await work().catch((error: unknown) => {
      log.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  const write = (file: string, text: string) => writeFileWhole(file, [Buffer.from(text)]);

  for (const line of renderResult(result)) log.info(line);
  await softly('the variables for later jobs can not be written', async () => {
    const { text, omitted } = renderDotenv(outputsOf(result));
    for (const { name, reason } of omitted) log.warn(`${name} is left out of the dotenv report: ${reason}`);
    await write(folder.dotenv, text);
  });
  await softly('result.json can not be written', () => writeResult(folder.result, result));
  let bills: readonly string[] = [];
  await softly('the bills of materials can not be reported', async () => {
    bills = await copyBills(result.sbom.files, sbomDirectory, folder);
  });
  await softly('the links can not be written', () =>
    write(folder.annotations, renderAnnotations(linksOf(result, host.environment, bills.length > 0))),
  );
}
