import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createProcessRunner } from '@buildpacks-ci/core';
import { expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../src/program.ts';
import { recorder, standingClock } from './recorder.ts';

/** What a command says that refuses its arguments. */
async function told(args: readonly string[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'selection-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(path.join(directory, 'images'), 'Not A Name');
  const stderr = recorder();
  const machine = {
    ...{ home: tmpdir(), temporary: directory, workingDirectory: directory },
    ...{ architecture: 'amd64', uid: 1001, gid: 1000 },
  };
  const host = { args, environment: {}, stdout: recorder(), stderr, clock: standingClock(), machine };
  const signal = new AbortController().signal;
  expect(await runProgram({ ...host, processes: createProcessRunner(), signal })).toBe(2);
  return stderr.text();
}

test.each([
  ['fleet', 'r.example/team:1'],
  ['policy', 'check', '--all=r.example/team:1'],
  ['rebase', '--all=r.example/team:1'],
])('%s %s reads what selects images, and tells all that is wrong with it', async (...command) => {
  const text = await told([...command, '--list=images', '--exclude=a b', '--parallel=0']);
  for (const value of ['r.example/team:1', 'Not A Name', 'a b', '0']) expect(text).toContain(`"${value}"`);
});
