import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { shelfOf } from '../airgap/setup.ts';
import { pushApp, pushBase } from '../rebase/fixture.ts';
import { startForTest } from '../registry/client.ts';
import { runJob } from './job.ts';

let host: string;
beforeEach(async () => {
  ({ host } = await startForTest());
  const shelf = shelfOf({ host });
  const at = (name: string) => ({ registry: host, path: name });
  await pushApp(shelf, at('shop'), await pushBase(shelf, at('run')));
  await pushBase(shelf, at('run'));
});

const rebase = (variables: Readonly<Record<string, string>> = {}) =>
  runJob({ BUILDPACKS_CI_IMAGES: `${host}/shop:1`, ...variables }, ['rebase']);

const fileOf = (project: string, name: string) => readFile(path.join(project, '.buildpacks-ci', name), 'utf8');

describe('a job that rebases', () => {
  it('tells later jobs what it did, and leaves a report', async () => {
    const { status, stdout, project } = await rebase();
    expect(status, stdout).toBe(0);
    expect(await fileOf(project, 'build.env')).toMatch(
      /^BUILDPACKS_REBASED=1\nBUILDPACKS_OUTDATED=0\nBUILDPACKS_FAILED=0\nBUILDPACKS_REFERENCES=\S+\/shop@sha256:\w{64}\n$/,
    );
    expect(JSON.parse(await fileOf(project, 'rebase.json'))).toMatchObject({ images: [{ state: 'rebased' }] });
    expect(await fileOf(project, 'rebase.md')).toContain('1 rebased');
  });

  it('fails a check that finds something outdated, and reports all the same', async () => {
    const { status, project } = await rebase({ BUILDPACKS_CI_CHECK: 'true' });
    expect(status).toBe(110);
    expect(await fileOf(project, 'build.env')).toContain('BUILDPACKS_OUTDATED=1\n');
  });

  it('changes nothing for a merge request', async () => {
    const { status, stdout } = await rebase({ CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '7' });
    expect(status).toBe(0);
    expect(stdout).toContain('this run is untrusted');
    expect(await rebase({ BUILDPACKS_CI_CHECK: 'true' })).toMatchObject({ status: 110 });
  });

  it('knows its own inputs, and warns of others', async () => {
    const { stdout } = await rebase({ BUILDPACKS_CI_PARALEL: '1', BUILDPACKS_CI_DRY_RUN: 'true' });
    expect(stdout).toContain('BUILDPACKS_CI_PARALEL');
    expect(stdout).not.toContain('BUILDPACKS_CI_DRY_RUN');
  });
});
