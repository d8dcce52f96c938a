import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createProcessRunner, SILENT_LOG } from '@buildpacks-ci/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readBills } from '../src/bills.ts';
import { snapshotOf, submitBills } from '../src/dependency-submission.ts';
import { openNetwork, startApi } from './support/fake-api.ts';

const ENVIRONMENT = {
  GITHUB_REPOSITORY: 'octo/shop',
  GITHUB_SHA: 'c0ffee',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_WORKFLOW: 'Release',
  GITHUB_JOB: 'image',
  GITHUB_RUN_ID: '42',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_ACTION_REPOSITORY: 'acme/buildpacks-ci',
};
const BILLS = [
  {
    file: 'launch/samples_nodejs/modules/sbom.cdx.json',
    components: [
      { name: 'express', version: '5.0.0', purl: 'pkg:npm/express@5.0.0' },
      { name: 'no purl' },
      { name: 'odd', purl: 'https://evil.example' },
    ],
  },
  { file: 'launch/empty/sbom.cdx.json', components: [] },
];

describe('snapshotOf', () => {
  const snapshot = snapshotOf(BILLS, 'ghcr.io/octo/shop:1', ENVIRONMENT, new Date(0));

  it('has the packages that advisories can name, by the layer they are in', () => {
    const name = 'ghcr.io/octo/shop:1 launch/samples_nodejs/modules';
    const express = { package_url: 'pkg:npm/express@5.0.0', relationship: 'direct', scope: 'runtime' };
    expect(snapshot.manifests).toEqual({ [name]: { name, resolved: { 'pkg:npm/express@5.0.0': express } } });
  });

  it('belongs to the commit, and replaces what the same job has submitted for the same image', () => {
    expect(snapshot).toMatchObject({
      version: 0,
      sha: 'c0ffee',
      ref: 'refs/heads/main',
      scanned: '1970-01-01T00:00:00.000Z',
      job: { id: '42', correlator: 'Release image ghcr.io/octo/shop:1' },
      detector: { name: 'buildpacks-ci', url: 'https://github.com/acme/buildpacks-ci' },
    });
  });
});

describe('submitBills', () => {
  const submit = (baseUrl: string) => {
    const machine = { uid: 0, gid: 0, home: '/', temporary: '/tmp', architecture: 'amd64', workingDirectory: '/' };
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const environment = { ...ENVIRONMENT, GITHUB_API_URL: baseUrl };
    const ports = {
      ...{ environment, machine, clock, log: SILENT_LOG, network: openNetwork(), processes: createProcessRunner() },
      signal: new AbortController().signal,
    };
    return submitBills(BILLS, 'ghcr.io/octo/shop:1', { token: 'a-token', environment, clock, ports });
  };

  it('posts the snapshot', async () => {
    const api = await startApi(() => ({ status: 201, json: { id: 1 } }));
    await submit(api.baseUrl);
    const [request] = api.requests;
    expect(request?.line).toBe('POST /repos/octo/shop/dependency-graph/snapshots');
    expect(request?.headers.authorization).toBe('token a-token');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ sha: 'c0ffee', job: { id: '42' } });
  });

  it.each([401, 403, 404])('says which permission is missing (%i)', async (status) => {
    const api = await startApi(() => ({ status, json: { message: 'Resource not accessible by integration' } }));
    await expect(submit(api.baseUrl)).rejects.toThrow('contents: write');
  });
});

describe('readBills', () => {
  it('takes those of the image in the format that is read', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bills-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const files = [
      'launch/a/sbom.cdx.json',
      'launch/a/sbom.spdx.json',
      'build/b/sbom.cdx.json',
      'cache/c/sbom.cdx.json',
    ];
    for (const file of files) {
      await mkdir(path.join(directory, path.dirname(file)), { recursive: true });
      await writeFile(path.join(directory, file), JSON.stringify({ components: [{ name: file }] }));
    }
    const bills = await readBills(
      files.map((file) => path.join(directory, file)),
      directory,
    );
    expect(bills).toEqual([{ file: 'launch/a/sbom.cdx.json', components: [{ name: 'launch/a/sbom.cdx.json' }] }]);
  });
});
