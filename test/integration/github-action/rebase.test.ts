import path from 'node:path';
import { beforeEach, describe, expect, inject, it } from 'vitest';
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

  it('opens an issue with the report, by the token of the job', async () => {
    const api = await startApi(({ line }) =>
      line.startsWith('GET') ? { status: 200, json: [] } : { status: 201, json: { html_url: 'https://issue.example' } },
    );
    const inputs = { 'dry-run': 'true', 'report-to': 'issue', 'github-token': 'a-token' };
    const run = await runAction(inputs, { environment: { GITHUB_API_URL: api.baseUrl } });
    expect(run.status, run.text).toBe(0);
    const [, opened] = api.requests;
    expect(opened?.line).toBe('POST /repos/acme/shop/issues');
    expect(JSON.parse(opened?.body ?? '')).toMatchObject({ body: expect.stringContaining('1 outdated') as string });
  });

  it('asks the API for nothing else', async () => {
    const api = await startApi(() => ({ status: 500 }));
    await runAction({ 'github-token': 'a-token' }, { environment: { GITHUB_API_URL: api.baseUrl } });
    expect(api.requests).toEqual([]);
  });
});
