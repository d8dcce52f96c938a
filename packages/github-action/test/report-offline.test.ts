import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createProcessRunner } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { SAMPLE_RESULT } from '../../core/test/report/sample-result.ts';
import { openNetwork } from '../../core/test/support/network.ts';
import { temporaryDirectory } from '../../core/test/support/temporary-directory.ts';
import { readActionInputs } from '../src/inputs.ts';
import { createActionLog } from '../src/log.ts';
import { reportBuild } from '../src/report.ts';
import { type FakeApi, startApi } from './support/fake-api.ts';
import { createRecorder, followCommands } from './support/recorder.ts';

const BILL = 'launch/samples_nodejs/modules/sbom.cdx.json';
const TOKEN = `x.${Buffer.from(JSON.stringify({ scp: 'Actions.Results:run-id:job-id' })).toString('base64url')}.x`;

/** The API and the artifact service at one address. */
function startGitHub(): Promise<FakeApi> {
  return startApi(({ line }, baseUrl) => ({
    status: line.startsWith('PUT') || line.includes('/snapshots') ? 201 : 200,
    json: { ok: true, signed_upload_url: `${baseUrl}/blob`, artifact_id: '1', id: 1 },
  }));
}

/** Tells of a build with one bill in all ways there are; gives the warnings. */
async function report(baseUrl: string, offlineHosts: string): Promise<readonly string[]> {
  const sbom = await temporaryDirectory();
  await mkdir(path.dirname(path.join(sbom, BILL)), { recursive: true });
  await writeFile(path.join(sbom, BILL), '{"bomFormat":"CycloneDX","components":[]}');
  const environment = {
    ...{ 'INPUT_SBOM-ARTIFACT': 'sbom', 'INPUT_DEPENDENCY-SUBMISSION': 'true', 'INPUT_GITHUB-TOKEN': 'a-token' },
    ...{ GITHUB_API_URL: baseUrl, GITHUB_REPOSITORY: 'octo/shop' },
    ...{ ACTIONS_RESULTS_URL: `${baseUrl}/`, ACTIONS_RUNTIME_TOKEN: TOKEN },
  };
  const { toolkit, printed } = createRecorder();
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const log = createActionLog({ toolkit, clock, level: 'info', sources: { workspace: '/', app: '/' } });
  const machine = { uid: 0, gid: 0, home: '/', temporary: sbom, architecture: 'amd64', workingDirectory: '/' };
  const shared = {
    environment,
    clock,
    machine,
    processes: createProcessRunner(),
    signal: new AbortController().signal,
  };
  const network = openNetwork({ offline: 'true', 'offline-hosts': offlineHosts });
  await reportBuild({
    inputs: readActionInputs(environment, false),
    host: { ...shared, toolkit, system: 'linux' },
    log,
    result: { ...SAMPLE_RESULT, sbom: { ...SAMPLE_RESULT.sbom, files: [BILL] } },
    places: { sbom, report: sbom },
    ports: { ...shared, log, network },
    trusted: true,
  });
  const { commands } = followCommands(printed);
  return commands.filter(({ name }) => name === 'warning').map(({ data }) => data);
}

describe('what is told of a build, offline', () => {
  it('goes to GitHub when its host is named', async () => {
    const { baseUrl, requests } = await startGitHub();
    expect(await report(baseUrl, '127.0.0.1')).toEqual([]);
    expect(requests.map(({ line }) => line.replace(/^(\w+) .*\//, '$1 '))).toEqual([
      'POST CreateArtifact',
      'PUT blob',
      'POST FinalizeArtifact',
      'POST snapshots',
    ]);
  });

  it('is left out otherwise, with a warning for each, and nobody is asked', async () => {
    const { baseUrl, requests } = await startGitHub();
    const refused = 'with offline only hosts that the inputs name are reached, and 127\\.0\\.0\\.1 is none of them';
    expect(await report(baseUrl, 'registry.corp')).toEqual([
      expect.stringMatching(`^the bills of materials are not kept as an artifact: .*${refused}`),
      expect.stringMatching(`^the dependencies are not submitted: .*${refused}`),
    ]);
    expect(requests).toEqual([]);
  });
});
