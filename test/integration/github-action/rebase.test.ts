import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { startApi } from '../../../packages/github-action/test/support/fake-api.ts';
import { forkPullRequest } from '../../e2e/support/github.ts';
import { shelfOf } from '../airgap/setup.ts';
import { runWorkflow, type WorkflowOptions } from '../../bench/act.ts';
import { ROOT } from '../../bench/cache.ts';
import { pushApp, pushBase } from '../rebase/fixture.ts';
import { startForTest } from '../registry/client.ts';

let host: string;
/** What the tag of the app leads to. */
let digest: () => Promise<string>;
beforeEach(async () => {
  ({ host } = await startForTest());
  const shelf = shelfOf({ host });
  const at = (name: string) => ({ registry: host, path: name });
  await pushApp(shelf, at('shop'), await pushBase(shelf, at('run')));
  await pushBase(shelf, at('run'));
  digest = async () => {
    const answer = await fetch(`http://${host}/v2/shop/manifests/1`, {
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    return answer.headers.get('docker-content-digest') ?? '';
  };
});

/** Runs the action as it is shipped, then a step that prints its outputs whatever came of it. */
function runAction(inputs: Readonly<Record<string, string>>, more: Partial<WorkflowOptions> = {}) {
  const outputs = ['rebased', 'outdated', 'failed', 'references'];
  const env = Object.fromEntries(outputs.map((name) => [name, `\${{ steps.rebase.outputs.${name} }}`]));
  const steps = [
    { id: 'rebase', uses: './rebase', with: { images: `${host}/shop:1`, ...inputs } },
    { if: 'always()', env, run: 'echo "outputs: $rebased $outdated $failed $references"' },
  ];
  const job = { 'runs-on': 'ubuntu-latest', steps: [{ uses: 'actions/checkout@v6' }, ...steps] };
  return runWorkflow({
    workflow: JSON.stringify({ name: 'workflow', on: ['schedule', 'pull_request'], jobs: { job } }),
    copies: {
      'rebase/action.yml': path.join(ROOT, 'rebase/action.yml'),
      'packages/github-action/dist': path.dirname(inject('programs').githubAction),
    },
    event: { name: 'schedule' },
    ...more,
  });
}

describe('the action that rebases', () => {
  it('moves the tag, and gives its outputs to later steps', async () => {
    const before = await digest();
    const run = await runAction({});
    expect(run.status, run.text).toBe(0);
    expect(await digest()).not.toBe(before);
    expect(run.text).toContain(`outputs: 1 0 0 ${host}/shop@${await digest()}`);
  });

  it('fails a check that finds something outdated, with its outputs', async () => {
    const before = await digest();
    const run = await runAction({ check: 'true' });
    expect(run.status).not.toBe(0);
    expect(run.text).toContain('outputs: 0 1 0');
    expect(await digest()).toBe(before);
  });

  it('changes nothing in a pull request', async () => {
    const before = await digest();
    const run = await runAction({}, { event: forkPullRequest() });
    expect(run.status, run.text).toBe(0);
    expect(run.text).toContain('this run is untrusted');
    expect(run.text).toContain('outputs: 0 1 0');
    expect(await digest()).toBe(before);
  });
});

/** Runs the program as GitHub's runner does, beside an API of ours: act sets the address of GitHub's itself. */
async function runProgram(inputs: Readonly<Record<string, string>>, api: string) {
  const directory = await temporaryDirectory();
  const output = path.join(directory, 'output');
  await writeFile(output, '');
  const program = path.join(path.dirname(inject('programs').githubAction), 'rebase.cjs');
  const given = Object.entries({ images: `${host}/shop:1`, 'github-token': 'a-token', ...inputs });
  const env = {
    ...{ HOME: directory, GITHUB_WORKSPACE: directory, RUNNER_TEMP: directory, GITHUB_OUTPUT: output },
    ...{ GITHUB_EVENT_NAME: 'schedule', GITHUB_REPOSITORY: 'acme/shop', GITHUB_API_URL: api },
    ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  };
  return promisify(execFile)(process.execPath, [program], { env });
}

describe('the report on GitHub', () => {
  it('is an issue where that is asked for', async () => {
    const api = await startApi(({ line }) =>
      line.startsWith('GET') ? { status: 200, json: [] } : { status: 201, json: { html_url: 'https://issue.example' } },
    );
    const { stdout } = await runProgram({ 'dry-run': 'true', 'report-to': 'issue' }, api.baseUrl);
    expect(stdout).toContain('the report is at https://issue.example');
    const [, opened] = api.requests;
    expect(opened?.line).toBe('POST /repos/acme/shop/issues');
    expect(JSON.parse(opened?.body ?? '')).toMatchObject({ body: expect.stringContaining('1 outdated') as string });
  });

  it('costs no request where it is not', async () => {
    const api = await startApi(() => ({ status: 500 }));
    await runProgram({}, api.baseUrl);
    expect(api.requests).toEqual([]);
  });

  it('does not fail the step when the token may not', async () => {
    const api = await startApi(() => ({ status: 403, json: {} }));
    const { stdout } = await runProgram({ 'dry-run': 'true', 'report-to': 'issue' }, api.baseUrl);
    expect(stdout).toMatch(/::warning.*issues: write/);
  });
});
