import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@buildpacks-ci/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readActionInputs, requireCheckout } from '../src/inputs.ts';

async function workspace(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'workspace-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('readActionInputs', () => {
  it('takes names with hyphens, as the runner writes them', () => {
    const { core } = readActionInputs({ 'INPUT_RUN-IMAGE': 'registry.example/run', INPUT_TAGS: 'a\nb' }, false);
    expect(core).toMatchObject({ 'run-image': 'registry.example/run', tags: 'a\nb' });
  });

  it.each([
    'a=b=c',
    '$(id)',
    '`id`',
    '"; id #',
    '-flag',
    '--',
    '%0A::error::x',
    '*',
    '\u201cquoted\u201d',
    'a\r\nb',
    '${{ github.token }}',
  ])('hands %j over as it is', (value) => {
    expect(readActionInputs({ INPUT_ENV: value }, false).core['env']).toBe(value);
  });

  it.each([
    ['PUSH', 'Use "publish": auto, true or false.'],
    ['CONTEXT', 'Use "path" for the app directory.'],
    ['FILE', expect.stringContaining('no Dockerfile') as string],
    ['BUILD-ARGS', expect.stringContaining('"env"') as string],
    ['BUIDLER', 'Did you mean "builder"?'],
    ['GITHUB_TOKEN', 'Did you mean "github-token"?'],
    ['SBOM-ARTEFACT', 'Did you mean "sbom-artifact"?'],
  ])('says what to use for %s', (name, hint) => {
    const { problems } = readActionInputs({ [`INPUT_${name}`]: 'x' }, false);
    expect(problems).toEqual([expect.objectContaining({ input: name.toLowerCase(), hint })]);
  });

  it('leaves variables alone that the job has for itself', () => {
    expect(readActionInputs({ INPUT_VERSION_TO_DEPLOY: '1', INPUT_PUSH: '' }, false).problems).toEqual([]);
  });

  it.each([
    ['', true],
    ['true', true],
    ['TRUE', true],
    ['false', false],
  ])('reads the boolean %j', (text, value) => {
    expect(readActionInputs({ INPUT_SUMMARY: text }, false)).toMatchObject({ summary: value, problems: [] });
  });

  it('refuses what is no boolean', () => {
    const { problems } = readActionInputs({ INPUT_SUMMARY: 'yes' }, false);
    expect(problems).toEqual([{ input: 'summary', message: '"yes" is not a boolean', hint: 'Write true or false.' }]);
  });

  it('refuses a name that no artifact may have', () => {
    const { problems } = readActionInputs({ 'INPUT_SBOM-ARTIFACT': 'sbom/web' }, false);
    expect(problems).toEqual([expect.objectContaining({ input: 'sbom-artifact', message: '"sbom/web" is no name' })]);
  });

  it("uses GitHub's cache unless another place is named", () => {
    expect(readActionInputs({ 'INPUT_CACHE-STORE': '' }, false).core['cache-store']).toBe('github');
    expect(readActionInputs({ 'INPUT_CACHE-STORE': 'dir:c' }, false).core['cache-store']).toBe('dir:c');
  });

  it('tells all when the job runs with debug logging', () => {
    expect(readActionInputs({ 'INPUT_LOG-LEVEL': 'info' }, true).core['log-level']).toBe('debug');
  });
});

describe('requireCheckout', () => {
  it('says what a workflow without a checkout lacks', async () => {
    const directory = await workspace();
    const check = () => {
      requireCheckout({ path: 'app' }, directory);
    };
    expect(check).toThrow(InputError);
    expect(check).toThrow(expect.objectContaining({ hint: expect.stringContaining('actions/checkout') as string }));
  });

  it('is content with anything in the workspace', async () => {
    const directory = await workspace();
    await writeFile(path.join(directory, 'a'), '');
    expect(() => {
      requireCheckout({}, directory);
    }).not.toThrow();
  });

  it('leaves an app elsewhere alone', async () => {
    const directory = await workspace();
    await mkdir(path.join(directory, 'workspace'));
    expect(() => {
      requireCheckout({ path: '..' }, path.join(directory, 'workspace'));
    }).not.toThrow();
  });
});
