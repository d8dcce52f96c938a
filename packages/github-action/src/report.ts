import type { BuildResult, Ports } from '@buildpacks-ci/core';
import type { Run } from './action.ts';
import { listArtifacts } from './artifacts.ts';
import { type Bill, readBills } from './bills.ts';
import type { ReportPlaces } from './outputs.ts';
import { givenInputs, renderSummary } from './summary.ts';

/** What there is to tell of, and by which ports. */
export interface Reporting extends Run {
  readonly result: BuildResult;
  readonly places: ReportPlaces;
  readonly ports: Ports;
  /** Whether the run is trusted with what the repository knows of itself. */
  readonly trusted: boolean;
}

/**
 * Tells of a build wherever the user wants it told: the list of artifacts, the summary, an artifact, the dependency graph. The image is
 * where it was wanted, so nothing that goes wrong here is more than a warning.
 */
export async function reportBuild(reporting: Reporting): Promise<void> {
  const { result, places, host, log } = reporting;
  const softly = async (name: string, work: () => Promise<unknown>) => {
    await work().catch((error: unknown) => {
      log.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  let bills: readonly Bill[] = [];
  await softly('the bills of materials can not be read', async () => {
    bills = await readBills(result.sbom.files, places.sbom);
  });
  await softly('the list of artifacts can not be written', () =>
    listArtifacts(result, host.environment['GITHUB_ARTIFACTS']),
  );
  await softly('the summary can not be written', () => writeSummary(bills, reporting));
  await softly('the bills of materials are not kept as an artifact', () => keepArtifact(reporting));
  await softly('the dependencies are not submitted', () => submitDependencies(bills, reporting));
}

async function writeSummary(bills: readonly Bill[], { result, inputs, host, log }: Reporting): Promise<void> {
  const { GITHUB_STEP_SUMMARY = '' } = host.environment;
  if (!inputs.summary || GITHUB_STEP_SUMMARY === '') return;
  const shown = { bills, inputs: givenInputs(host.environment) };
  await host.toolkit.writeSummary(renderSummary(result, shown, (text) => log.masked(text)));
}

async function keepArtifact({ result, inputs, places, ports, host }: Reporting): Promise<void> {
  if (inputs.sbomArtifact === '' || result.sbom.files.length === 0) return;
  const { keepBills } = await import('./artifact/sbom-artifact.ts');
  const { environment } = host;
  await keepBills(inputs.sbomArtifact, result.sbom.files, places.sbom, { ...ports, environment });
}

async function submitDependencies(bills: readonly Bill[], reporting: Reporting): Promise<void> {
  const { result, inputs, host, log, ports, trusted } = reporting;
  if (!inputs.dependencySubmission) return;
  if (!trusted) {
    log.info('dependency-submission: an untrusted run submits nothing');
    return;
  }
  const { submitBills } = await import('./dependency-submission.ts');
  const { environment, clock } = host;
  await submitBills(bills, result.image ?? 'image', { token: inputs.githubToken, environment, clock, ports });
}
