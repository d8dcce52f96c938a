import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createProcessRunner } from '@buildpacks-ci/core';
import { runProgram } from '../src/program.ts';
import { recorder, standingClock } from './recorder.ts';

const DIGEST = `sha256:${'1'.repeat(64)}`;
const IMAGE = 'registry.example/app';
const BUILDER = `--builder=registry.example/builder@${DIGEST}`;

describe('a build that is handed from container to container', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'hand-over-'));
    onTestFinished(() => rm(directory, { recursive: true }));
  });

  /** What the program says when it refuses. */
  async function told(...args: readonly string[]): Promise<string> {
    const stderr = recorder();
    const machine = {
      home: tmpdir(),
      temporary: directory,
      workingDirectory: directory,
      architecture: 'amd64',
      uid: 1001,
      gid: 1000,
    };
    const host = { args, environment: {}, stdout: recorder(), stderr, clock: standingClock(), machine };
    const signal = new AbortController().signal;
    expect(await runProgram({ ...host, processes: createProcessRunner(), signal })).toBe(2);
    return stderr.text().replaceAll(directory, '.');
  }

  /** What it refuses, line by line, without hints. */
  async function refused(...args: readonly string[]): Promise<readonly string[]> {
    return (await told(...args)).split('\n').filter((line) => !/^\s*hint:|^$|problems with/.test(line));
  }

  test.each<[string, readonly string[], readonly string[]]>([
    [
      'what does not exist',
      ['--bindings-directory=none'],
      ['bindings-directory: "./none" is no directory that can be listed'],
    ],
    [
      'an app with the folder that hands it over in it',
      ['--path=..'],
      [`path: ".." leads to "${path.join(tmpdir(), 'h')}", which buildpacks get nothing of`],
    ],
    ['a word for users that is none', ['--same-user=clustre'], ['same-user: "clustre" is neither fixed nor cluster']],
    [
      'an app that leads to the certificates, among which are the keys of clients',
      ['--path=../certs', '--ca-certificates=../certs'],
      [
        `path: "../certs" leads to "${path.join(tmpdir(), 'certs')}", which buildpacks get nothing of`,
        'ca-certificates: "../certs" does not exist',
      ],
    ],
    [
      'a variable file that is the key of a client',
      ['--env-files=../key.pem', '--client-certificates=registry.example=../cert.pem,../key.pem'],
      [
        `env-files: "../key.pem" leads to "${path.join(tmpdir(), 'key.pem')}", which buildpacks get nothing of`,
        'client-certificates: "../cert.pem" does not exist',
        'client-certificates: "../key.pem" does not exist',
      ],
    ],
    [
      "a binding that is the token of the Pod's account",
      ['--bindings=cluster=/var/run/secrets/kubernetes.io/serviceaccount'],
      [
        'bindings: "/var/run/secrets/kubernetes.io/serviceaccount" leads to "/var/run/secrets/kubernetes.io", which buildpacks get nothing of',
      ],
    ],
    [
      'proxies that do not exist',
      ['--proxy-directory=/none'],
      ['proxy-directory: "/none" is no directory that can be listed'],
    ],
    ['two ways to share a build', ['--build-directory=b'], ['hand-over: it is given beside build-directory']],
    ['an unknown result', ['--result=digest=f'], ['result: "digest" is no result of this command']],
    ['a result without a file', ['--result=plan-digest'], ['result: "plan-digest" names no file']],
    [
      'several mistakes, together',
      ['--result=x=f', '--publish=maybe', '--lists=builder', '--'],
      [
        'lists: "builder" is no list of this command',
        'result: "x" is no result of this command',
        'publish: "maybe" is not one of its values',
      ],
    ],
  ])('refuses for prepare %s', async (_case, args, problems) => {
    expect(await refused('prepare', IMAGE, BUILDER, '--hand-over=../h', ...args)).toEqual(shown(problems));
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing at all', [], ['built: it is missing', 'plan-digest: it is missing']],
    ['what is no digest', ['--built=b', '--plan-digest=sha256:1'], ['plan-digest: "sha256:1" is no digest']],
    [
      'a digest in a file that is not there',
      ['--built=b', '--plan-digest=/none/f'],
      ['plan-digest: "/none/f" is no digest'],
    ],
    [
      'empty text, as for a step that has told nothing',
      ['--built=', `--plan-digest=${DIGEST}`],
      ['built: it is missing'],
    ],
  ])('refuses for publish %s', async (_case, args, problems) => {
    expect(await refused('publish', '--hand-over=h', ...args)).toEqual(shown(problems));
  });

  test.each([
    ['prepare', '--proxy-directory=p', 'proxy-directory'],
    ['publish', '--proxy-directory=p', 'proxy-directory'],
    ['prepare', '--cache-directory=c', 'cache-directory'],
    ['prepare', '--same-user', 'same-user'],
    ['prepare', '--result=plan-digest=f', 'result'],
    ['publish', '--built=b', 'built'],
    ['publish', `--plan-digest=${DIGEST}`, 'plan-digest'],
  ])('refuses for %s without a folder to hand over %s', async (command, option, name) => {
    const args = command === 'prepare' ? [IMAGE, BUILDER, option] : [option];
    expect(await refused(command, '--build-directory=b', ...args)).toEqual(
      shown([`${name}: it is given without hand-over`]),
    );
  });

  test.each(['', '=', '=cluster', '=fixed', '=false'])('takes --same-user%s', async (word) => {
    const lines = await refused('prepare', IMAGE, BUILDER, '--hand-over=../h', `--same-user${word}`, '--publish=maybe');
    expect(lines).toEqual(shown(['publish: "maybe" is not one of its values']));
  });

  test('asks for an image, and for no other place of it than a registry', async () => {
    const stderr = await told('prepare', BUILDER, '--hand-over=../h');
    expect(stderr).toMatch(/image: it is missing\n.*hint: Set "image" to registry\/repository\[:tag\]\.\n/);
  });

  test('refuses a volume of bindings that is one Secret, without a folder', async () => {
    await mkdir(path.join(directory, 'bindings'));
    await writeFile(path.join(directory, 'bindings/type'), 'maven');
    const lines = await refused('prepare', IMAGE, BUILDER, '--hand-over=../h', '--bindings-directory=bindings');
    expect(lines).toEqual(shown(['bindings: "./bindings" has files and no folder, and each binding is a folder']));
  });

  test('leaves no result of an earlier step, whatever is wrong', async () => {
    await mkdir(path.join(directory, 'b'));
    await writeFile(path.join(directory, 'planted'), 'sha256:bad');
    await refused('publish', '--hand-over=h', '--built=b', '--plan-digest=bad', '--result=digest=planted');
    await expect(access(path.join(directory, 'planted'))).rejects.toThrow('ENOENT');
  });
});

/** One problem is the error itself, several are its list. */
function shown(problems: readonly string[]): readonly string[] {
  return problems.length === 1 ? problems.map((each) => `error: ${each}`) : problems.map((each) => `  - ${each}`);
}
