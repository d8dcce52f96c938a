import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildRequest, type BuildResult, describeTrust, renderResult } from '@buildpacks-ci/core';
import type { Run } from './action.ts';
import { readFacts } from './facts.ts';
import { outputsOf, type ReportPlaces, writeOutputs } from './outputs.ts';
import { withBuildPorts } from './ports.ts';
import { CACHE_SAVED } from './post.ts';
import { reportBuild } from './report.ts';
import { readBuildRequest } from './request.ts';
import { effectiveInputs } from './summary.ts';

/**
 * The step: builds, publishes, and tells the runner and later steps what came of it.
 *
 * @throws InputError, LifecycleError, BuildpacksError as `build` of core does
 */
export async function runStep(run: Run): Promise<void> {
  const { inputs, host, log } = run;
  const facts = await readFacts(host.environment);
  const request = readBuildRequest(inputs, facts, host);
  log.info(describeTrust(request, facts, host.environment['GITHUB_EVENT_NAME'] ?? ''));
  for (const { name, value } of effectiveInputs(host.environment)) log.debug(`${name}: ${value}`);

  const places = await reportPlaces(request, host.machine.temporary);
  await withBuildPorts(request, run, async (reachable, ports) => {
    const result = await build({ ...reachable, sbomDirectory: places.sbom, reportDirectory: places.report }, ports);
    log.endPhase();
    for (const line of renderResult(result)) log.info(line);
    if (hasSaved(result)) host.toolkit.saveState(CACHE_SAVED, 'true');
    writeOutputs(outputsOf(result, places), host.toolkit);
    await reportBuild({ ...run, result, places, ports, trusted: request.trust.level === 'trusted' });
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
