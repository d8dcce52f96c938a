import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildResult } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../src/folder.ts';
import { createJobLog } from '../src/log.ts';
import { reportBuild } from '../src/report.ts';
import { temporaryDirectory, writeTree } from './support/files.ts';
import { jobOf } from './support/job.ts';
import { RESULT } from './support/result.ts';

const PAGES = {
  CI_PROJECT_URL: 'https://gitlab.example/group/shop',
  CI_JOB_URL: 'https://gitlab.example/group/shop/-/jobs/7',
};

/** A build in a project, with what is told of it. */
async function setup(result: BuildResult) {
  const project = await temporaryDirectory();
  const folder = await openFolder(project);
  let printed = '';
  const { host } = jobOf(PAGES, project);
  const print = (text: string) => (printed += text);
  const log = createJobLog({ print, clock: host.clock, environment: { NO_COLOR: '1' }, level: 'info' });
  const report = () => reportBuild({ result, sbomDirectory: folder.sbom, folder, job: { host, log } });
  return { folder, log, report, printed: () => printed, read: (file: string) => readFile(file, 'utf8') };
}

const BILL = 'launch/example_node/modules/sbom.cdx.json';

describe('what a build leaves for GitLab', () => {
  it('are variables, bills, links and the result', async () => {
    const { folder, report, printed, read } = await setup({ ...RESULT, sbom: { files: [BILL] } });
    await writeTree(folder.sbom, { [BILL]: '{}' });
    await report();
    expect(await read(folder.dotenv)).toContain(`BUILDPACKS_DIGEST=${RESULT.digest}\n`);
    expect(JSON.parse(await read(folder.result))).toMatchObject({ digest: RESULT.digest, schemaVersion: 1 });
    expect(await read(folder.bill('example_node-modules'))).toBe('{}');
    const links = JSON.parse(await read(folder.annotations)) as Readonly<Record<string, readonly unknown[]>>;
    expect(links['buildpacks-ci']).toHaveLength(2);
    expect(printed()).toContain(RESULT.digest);
    expect(printed()).not.toContain('warning');
  });

  it('has its values as they are, also where a secret happens to be part of one', async () => {
    const { folder, log, report, printed, read } = await setup(RESULT);
    log.mask('group');
    await report();
    expect(await read(folder.dotenv)).toContain('BUILDPACKS_NAME=registry.example/group/shop\n');
    expect(printed()).not.toContain('group');
  });

  it('lacks what a dotenv report can not hold, with a warning', async () => {
    const image = '[::1]:5000/shop:latest';
    const { folder, report, printed, read } = await setup({ ...RESULT, image, tags: [image] });
    await report();
    expect(await read(folder.dotenv)).not.toContain('[::1]');
    expect(printed()).toContain('warning: BUILDPACKS_IMAGE is left out of the dotenv report');
  });

  it('fails no job: each that can not be written is a warning', async () => {
    const { folder, report, printed, read } = await setup({ ...RESULT, sbom: { files: [BILL] } });
    await mkdir(path.join(folder.result, 'in-its-place'), { recursive: true });
    await report();
    expect(printed()).toContain('warning: result.json can not be written');
    expect(printed()).toContain('warning: the bills of materials can not be reported');
    expect(await read(folder.dotenv)).toContain('BUILDPACKS_DIGEST=');
  });
});
