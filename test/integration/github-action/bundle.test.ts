import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { readOutputFile } from '../../../packages/github-action/test/support/output-file.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const SCRIPT = path.join(ROOT, 'scripts/build.ts');
const MEGABYTE = 1_000_000;

describe('the bundle of the action, alone in an empty folder', () => {
  let directory = '';
  let program = '';

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'action-bundle-'));
    program = path.join(directory, 'alone/index.cjs');
    await mkdir(path.dirname(program));
    await copyFile(inject('programs').githubAction, program);
    return () => rm(directory, { recursive: true, force: true });
  });

  async function run(environment: Readonly<Record<string, string>>) {
    const workspace = await mkdtemp(path.join(directory, 'workspace-'));
    const [output, state] = ['output', 'state'].map((name) => path.join(directory, name)) as [string, string];
    await Promise.all([output, state].map((file) => writeFile(file, '')));
    await writeFile(path.join(workspace, 'Procfile'), 'web: true\n');
    const child = spawn(process.execPath, [program], {
      cwd: path.dirname(program),
      env: {
        ...{ PATH: '/usr/bin:/bin', HOME: workspace, GITHUB_WORKSPACE: workspace, RUNNER_TEMP: directory },
        ...{ GITHUB_EVENT_NAME: 'push', GITHUB_OUTPUT: output, GITHUB_STATE: state },
        ...environment,
      },
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
    const status = await new Promise((resolve) => child.on('close', resolve));
    return { status, log, state: readOutputFile(await readFile(state, 'utf8')) };
  }

  test('is smaller than 3 MB', async () => {
    expect((await stat(program)).size).toBeLessThan(3 * MEGABYTE);
  });

  test('comes with the licences of what is in it', async () => {
    const licences = await readFile(path.join(path.dirname(inject('programs').githubAction), 'licences.txt'), 'utf8');
    for (const name of ['@actions/core', '@actions/cache', '@octokit/rest', 'undici'])
      expect(licences).toContain(`\n${name} `);
    const parts = licences.split(/^-{80}$/m).slice(1);
    expect(parts.filter((part) => !/copyright/i.test(part)).map((part) => part.trim().split('\n')[0])).toEqual([]);
  });

  test('is what the same sources always give', async () => {
    await promisify(execFile)(process.execPath, [SCRIPT, path.join(directory, 'again')], { cwd: directory });
    const [first, second] = await Promise.all(
      [program, path.join(directory, 'again/packages/github-action/dist/index.cjs')].map((file) => readFile(file)),
    );
    expect(second?.equals(first ?? Buffer.alloc(0))).toBe(true);
  });

  test('tells all problems of its inputs', async () => {
    const { status, log } = await run({ INPUT_IMAGE: 'UPPER/case:@', INPUT_PUSH: 'true', INPUT_ENGINE: 'vm' });
    expect(status).toBe(2);
    for (const name of ['image', 'push', 'engine']) expect(log).toContain(`::error title=input ${name}::`);
  });

  test('asks a registry by its own network', async () => {
    const { status, log, state } = await run({
      INPUT_IMAGE: '127.0.0.1:9/app',
      INPUT_BUILDER: '127.0.0.1:9/builder',
    });
    expect(status).toBe(111);
    expect(log).toContain('::error title=Network or registry trouble::');
    expect(state).toEqual({ started: 'true' });
  });

  test('ends when its work is done, whatever is still under way', async () => {
    const { status } = await run({ NODE_OPTIONS: '--import=data:text/javascript,setInterval(()=>{},1e6)' });
    expect(status).toBe(2);
  });

  test('removes what a killed step has left, in the directory of the job', async () => {
    const left = await mkdtemp(path.join(directory, 'buildpacks-ci-'));
    await run({ STATE_started: 'true' });
    await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('removes nothing where other builds may be running', async () => {
    const temporary = await mkdtemp(path.join(directory, 'temporary-'));
    const other = await mkdtemp(path.join(temporary, 'buildpacks-ci-'));
    await run({ STATE_started: 'true', RUNNER_TEMP: '', TMPDIR: temporary });
    expect((await stat(other)).isDirectory()).toBe(true);
  });

  test('loads what it needs after the job, and fails nothing then', async () => {
    const { status, log } = await run({
      STATE_started: 'true',
      'STATE_cache-saved': 'true',
      'INPUT_GITHUB-TOKEN': 'a-token',
      'INPUT_LOG-LEVEL': 'debug',
      GITHUB_API_URL: 'http://127.0.0.1:9',
      GITHUB_REPOSITORY: 'octo/shop',
    });
    expect(status).toBe(0);
    expect(log).toContain('nothing was tidied up');
    expect(log).toContain('127.0.0.1:9');
  });
});
