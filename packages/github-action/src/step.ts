import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildRequest, type BuildResult, type Ports, renderResult } from '@buildpacks-ci/core';
import type { Run } from './action.ts';
import { listArtifacts } from './artifacts.ts';
import { type Bill, readBills } from './bills.ts';
import { readFacts } from './facts.ts';
import { outputsOf, type ReportPlaces, writeOutputs } from './outputs.ts';
import { withPorts } from './ports.ts';
import { CACHE_SAVED } from './post.ts';
import { describeTrust, readBuildRequest } from './request.ts';
import { effectiveInputs, givenInputs, renderSummary } from './summary.ts';

/**
 * The step: builds, publishes, and tells the runner and later steps what came of it.
 *
 * @throws InputError, LifecycleError, BuildpacksError as `build` of core does
 */
export async function runStep(run: Run): Promise<void> {
  const { inputs, host, log } = run;
  const facts = await readFacts(host.environment);
  const request = readBuildRequest(inputs, facts, host);
  log.info(describeTrust(request, facts, host.environment['GITHUB_EVENT_NAME']));
  for (const { name, value } of effectiveInputs(host.environment)) log.debug(`${name}: ${value}`);

  const places = await reportPlaces(request, host.machine.temporary);
  await withPorts(request, run, async (reachable, ports) => {
    const result = await build({ ...reachable, sbomDirectory: places.sbom, reportDirectory: places.report }, ports);
    log.endPhase();
    for (const line of renderResult(result)) log.info(line);
    if (hasSaved(result)) host.toolkit.saveState(CACHE_SAVED, 'true');
    writeOutputs(outputsOf(result, places), host.toolkit);
    await report(result, request, { ...run, ports, places });
  });
}

/** Where later steps find the files: where the user wants them, else where the runner cleans up after the job. */
async function reportPlaces(
  { sbomDirectory, reportDirectory }: BuildRequest,
  temporary: string,
): Promise<ReportPlaces> {
  if (sbomDirectory !== undefined && reportDirectory !== undefined)
    return { sbom: sbomDirectory, report: reportDirectory };
  const directory = await mkdtemp(path.join(temporary, 'buildpacks-ci-report-'));
  return {
    sbom: sbomDirectory ?? path.join(directory, 'sbom'),
    report: reportDirectory ?? path.join(directory, 'report'),
  };
}

/** GitHub's cache has new entries. */
function hasSaved({ cache }: BuildResult): boolean {
  return cache?.stores.some(({ name, save }) => name === 'github' && save.outcome === 'saved') ?? false;
}

interface Reporting extends Run {
  readonly ports: Ports;
  readonly places: ReportPlaces;
}

/** The image is where it was wanted: nothing that fails from here on is a reason to fail. */
async function report(result: BuildResult, request: BuildRequest, reporting: Reporting): Promise<void> {
  const { inputs, host, log, places, ports } = reporting;
  const softly = async (name: string, work: () => Promise<void>) => {
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
  const { GITHUB_STEP_SUMMARY = '' } = host.environment;
  if (inputs.summary && GITHUB_STEP_SUMMARY !== '') {
    await softly('the summary can not be written', () =>
      host.toolkit.writeSummary(
        renderSummary(result, { bills, inputs: givenInputs(host.environment) }, (text) => log.masked(text)),
      ),
    );
  }
  if (inputs.sbomArtifact !== '' && result.sbom.files.length > 0) {
    await softly('the bills of materials are not kept as an artifact', async () => {
      const { keepBills } = await import('./artifact/sbom-artifact.ts');
      await keepBills(inputs.sbomArtifact, result.sbom.files, places.sbom, ports);
    });
  }
  if (inputs.dependencySubmission && request.trust.level === 'trusted') {
    await softly('the dependencies are not submitted', async () => {
      const { submitBills } = await import('./dependency-submission.ts');
      const { environment, clock } = host;
      const image = result.image ?? 'image';
      await submitBills(bills, image, { token: inputs.githubToken, environment, clock, ports });
    });
  }
}
