import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SAMPLE_RESULT } from '../../core/test/report/sample-result.ts';
import { listArtifacts } from '../src/artifacts.ts';
import { ACTION_OUTPUTS } from '../src/definitions.ts';
import { outputsOf, writeOutputs } from '../src/outputs.ts';
import { TOOLKIT } from '../src/toolkit.ts';
import { createRecorder } from './support/recorder.ts';
import { readOutputFile } from './support/output-file.ts';

const PLACES = { sbom: '/temp/sbom', report: '/temp/report' };

async function temporaryFile(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'outputs-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'output');
  await writeFile(file, '');
  return file;
}

describe('outputsOf', () => {
  it('has all outputs of action.yml and no other', () => {
    expect(Object.keys(outputsOf(SAMPLE_RESULT, PLACES)).sort()).toEqual(ACTION_OUTPUTS.map(({ name }) => name).sort());
  });

  it('tells what was built', () => {
    expect(outputsOf(SAMPLE_RESULT, PLACES)).toMatchObject({
      image: 'registry.example/shop:1',
      name: 'registry.example/shop',
      digest: SAMPLE_RESULT.digest,
      tags: 'registry.example/shop:1\nregistry.example/shop:latest',
      builder: `registry.example/builder:2@${SAMPLE_RESULT.builder.digest}`,
      'run-image': `registry.example/run:3@${SAMPLE_RESULT.runImage.digest}`,
      sbom: '/temp/sbom',
      'cache-hit': 'true',
    });
  });

  it('gives all that is known as JSON on one line, whatever is in it', () => {
    const result = { ...SAMPLE_RESULT, warnings: ['a\n  b\u2028c'] };
    const { metadata } = outputsOf(result, PLACES);
    expect(metadata).not.toMatch(/[\n\r\u2028]/);
    expect(JSON.parse(metadata)).toEqual(result);
  });

  it('takes no port for a tag', () => {
    const image = 'registry.example:5000/shop:1';
    expect(outputsOf({ ...SAMPLE_RESULT, image }, PLACES)).toMatchObject({ name: 'registry.example:5000/shop' });
  });

  it('has no image when nothing was published', () => {
    const { image, ...unpublished } = SAMPLE_RESULT;
    expect(image).toBeDefined();
    expect(outputsOf({ ...unpublished, tags: [] }, PLACES)).toMatchObject({ image: '', name: '', tags: '' });
  });
});

describe('writeOutputs', () => {
  const outputs = outputsOf(SAMPLE_RESULT, PLACES);

  it.each(['a\nEVIL=1', 'a\rEVIL=1', 'a\r\nEVIL=1', 'a\u2028b', 'a\u0085b', 'a\0b'])(
    'refuses %j where one line is due',
    (value) => {
      const { toolkit, outputs: written } = createRecorder();
      expect(() => {
        writeOutputs({ ...outputs, image: value }, toolkit);
      }).toThrow('"image"');
      expect(written).toEqual({});
    },
  );

  it.each([
    'a<<EOF',
    'a\nEVIL=1',
    'a\nghadelimiter_00000000-0000-0000-0000-000000000000\nEVIL=1',
    '=b',
    '%0A',
    '::error::x',
  ])('writes %j so that the runner reads the same', async (tags) => {
    const file = await temporaryFile();
    vi.stubEnv('GITHUB_OUTPUT', file);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    writeOutputs({ ...outputs, tags }, TOOLKIT);
    expect(readOutputFile(await readFile(file, 'utf8'))).toEqual({ ...outputs, tags });
  });

  it('leaves out what is larger than the runner takes, and says so', () => {
    const { toolkit, outputs: written, printed } = createRecorder();
    writeOutputs({ ...outputs, metadata: 'x'.repeat(1024 * 1024) }, toolkit);
    expect(Object.keys(written)).not.toContain('metadata');
    expect(printed.join('\n')).toContain('::warning');
  });
});

describe('listArtifacts', () => {
  it('adds a line for each repository to what other steps have listed', async () => {
    const file = await temporaryFile();
    await writeFile(file, 'oci://other@sha256:1\n');
    const tags = ['127.0.0.1:5000/shop:1', '127.0.0.1:5000/shop:latest', 'ghcr.io/mirror/shop:1'];
    await listArtifacts({ tags, digest: SAMPLE_RESULT.digest }, file);
    expect((await readFile(file, 'utf8')).split('\n')).toEqual([
      'oci://other@sha256:1',
      `oci://127.0.0.1:5000/shop@${SAMPLE_RESULT.digest}`,
      `oci://ghcr.io/mirror/shop@${SAMPLE_RESULT.digest}`,
      '',
    ]);
  });

  it.each([undefined, ''])('does nothing where the runner keeps no list (%j)', async (file) => {
    await expect(listArtifacts(SAMPLE_RESULT, file)).resolves.toBeUndefined();
  });
});
