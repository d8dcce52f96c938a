import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { keepBills } from '../../src/artifact/sbom-artifact.ts';
import { zipOf } from '../../src/artifact/zip.ts';
import { type ApiAnswer, openNetwork, startApi } from '../support/fake-api.ts';

async function unzip(archive: Buffer): Promise<Readonly<Record<string, string>>> {
  const zip = await fromBufferPromise(archive);
  const files: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    files[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString();
  }
  return files;
}

describe('zipOf', () => {
  it.each([
    ['no file', {}],
    ['files', { 'a.json': '{}', 'launch/b/c.json': 'x'.repeat(100_000), empty: '', 'größe.txt': 'ü' }],
  ])('is read by others: %s', async (_, files: Readonly<Record<string, string>>) => {
    const entries = Object.entries(files).map(([name, text]) => ({ name, content: Buffer.from(text) }));
    expect(await unzip(zipOf(entries))).toEqual(files);
  });

  it('depends on the files alone', () => {
    const entries = [{ name: 'a', content: Buffer.from('text') }];
    expect(zipOf(entries)).toEqual(zipOf(entries));
  });

  it('refuses more files than the format can count', () => {
    const entries = Array.from({ length: 65_536 }, (_, index) => ({ name: String(index), content: Buffer.alloc(0) }));
    expect(() => zipOf(entries)).toThrow(RangeError);
  });
});

describe('keepBills', () => {
  const token = (scp: string) => `x.${Buffer.from(JSON.stringify({ scp })).toString('base64url')}.x`;
  const TOKEN = token('Actions.Other:1 Actions.Results:run-id:job-id');

  async function keep(answers: (line: string) => ApiAnswer | undefined, runtimeToken = TOKEN) {
    const directory = await mkdtemp(path.join(tmpdir(), 'bills-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const file = path.join(directory, 'launch/a/sbom.cdx.json');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '{"components":[]}');
    const service = await startApi(({ line }, baseUrl) => {
      const usual = line.startsWith('PUT')
        ? { status: 201 }
        : { status: 200, json: { ok: true, signed_upload_url: `${baseUrl}/blob?sig=the-signature`, artifact_id: '1' } };
      return answers(line) ?? usual;
    });
    const masked: string[] = [];
    const options = {
      environment: { ACTIONS_RESULTS_URL: `${service.baseUrl}/`, ACTIONS_RUNTIME_TOKEN: runtimeToken },
      network: openNetwork(),
      log: { mask: (secret: string) => masked.push(secret) },
      signal: new AbortController().signal,
    };
    const kept = keepBills('sbom', [file], directory, options);
    return { kept, service, masked };
  }

  it('uploads one archive and says whose it is', async () => {
    const { kept, service, masked } = await keep(() => undefined);
    await kept;
    const twirp = '/twirp/github.actions.results.api.v1.ArtifactService';
    const [create, put, finalize] = service.requests;
    expect([create?.line, put?.line, finalize?.line]).toEqual([
      `POST ${twirp}/CreateArtifact`,
      'PUT /blob?sig=the-signature',
      `POST ${twirp}/FinalizeArtifact`,
    ]);
    const job = { workflow_run_backend_id: 'run-id', workflow_job_run_backend_id: 'job-id', name: 'sbom' };
    expect(JSON.parse(create?.body ?? '')).toEqual({ ...job, version: 4 });
    const archive = put?.bytes ?? Buffer.alloc(0);
    const hash = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
    expect(JSON.parse(finalize?.body ?? '')).toEqual({ ...job, size: String(archive.length), hash });
    expect(await unzip(archive)).toEqual({ 'launch/a/sbom.cdx.json': '{"components":[]}' });
    expect(masked).toEqual(expect.arrayContaining([TOKEN, 'the-signature']));
  });

  it('gives the token to the service only', async () => {
    const { kept, service } = await keep(() => undefined);
    await kept;
    expect(service.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${TOKEN}`,
      undefined,
      `Bearer ${TOKEN}`,
    ]);
  });

  it.each([
    [
      'the name is taken',
      'CreateArtifact',
      { status: 409, json: { msg: 'an artifact with this name already exists' } },
    ],
    ['it says no', 'CreateArtifact', { status: 200, json: { ok: false } }],
    ['it gives no place', 'CreateArtifact', { status: 200, json: { ok: true } }],
    ['its answer is no JSON', 'CreateArtifact', { status: 200 }],
    ['the blob store refuses', 'PUT', { status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } }],
    ['it does not finish', 'FinalizeArtifact', { status: 500 }],
  ])('fails with one of our errors when %s', async (_, which, answer) => {
    const { kept } = await keep((line) => (line.includes(which) ? answer : undefined));
    await expect(kept).rejects.toMatchObject({ name: 'BuildpacksError' });
  });

  it.each([
    ['', 'no token'],
    [token('Actions.Other:1'), 'a token for other things'],
    ['x.y.z', 'a token that is none'],
  ])('says that there is no service with %j (%s)', async (runtimeToken) => {
    const { kept, service } = await keep(() => undefined, runtimeToken);
    await expect(kept).rejects.toThrow('no artifact service');
    expect(service.requests).toEqual([]);
  });
});
