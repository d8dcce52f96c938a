import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CiFacts, createProcessRunner, describeTrust, InputError } from '@buildpacks-ci/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { childEnvironment, type Host } from '../src/host.ts';
import { readActionInputs } from '../src/inputs.ts';
import { createActionLog } from '../src/log.ts';
import { withBuildPorts } from '../src/ports.ts';
import { readBuildRequest } from '../src/request.ts';
import { createRecorder } from './support/recorder.ts';

const PUSH: CiFacts = { trust: 'trusted', ref: 'refs/heads/main', defaultBranch: 'main' };

async function hostWith(environment: Readonly<Record<string, string>>): Promise<Host> {
  const workspace = await mkdtemp(path.join(tmpdir(), 'request-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  await writeFile(path.join(workspace, 'Procfile'), 'web: true\n');
  return {
    environment,
    toolkit: createRecorder().toolkit,
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    machine: { uid: 1, gid: 1, home: '/h', temporary: '/tmp', architecture: 'amd64', workingDirectory: workspace },
    system: 'linux',
    processes: createProcessRunner(),
    signal: new AbortController().signal,
  };
}

async function read(environment: Readonly<Record<string, string>>, facts = PUSH) {
  const given = { INPUT_IMAGE: 'ghcr.io/octo/shop', INPUT_BUILDER: 'example.com/builder', ...environment };
  return readBuildRequest(readActionInputs(given, false), facts, await hostWith(given));
}

describe("the job's token", () => {
  const TOKEN = { 'INPUT_GITHUB-TOKEN': 'the-token', GITHUB_ACTOR: 'octocat' };

  it('is for ghcr.io on github.com', async () => {
    const { connection } = await read({ ...TOKEN, GITHUB_SERVER_URL: 'https://github.com' });
    expect([...(connection.fallbackAuth?.auths ?? [])]).toEqual([
      ['ghcr.io', { kind: 'basic', username: 'octocat', password: 'the-token' }],
    ]);
  });

  it.each(['https://github.example.com', 'https://github.com.evil.example', 'https://octo.ghe.com', ''])(
    'is for no registry on %j',
    async (server) => {
      const { connection } = await read({ ...TOKEN, GITHUB_SERVER_URL: server });
      expect(connection.fallbackAuth).toBeUndefined();
    },
  );
});

it('gives buildpacks no login by a link in the checkout, in a trusted run either', async () => {
  const given = { INPUT_IMAGE: 'ghcr.io/octo/shop', INPUT_BUILDER: 'example.com/builder', 'INPUT_ENV-FILES': 'link' };
  const docker = await mkdtemp(path.join(tmpdir(), 'docker-'));
  onTestFinished(() => rm(docker, { recursive: true }));
  const host = await hostWith({ ...given, DOCKER_CONFIG: docker });
  await writeFile(path.join(docker, 'config.json'), '{}');
  await symlink(path.join(docker, 'config.json'), path.join(host.machine.workingDirectory, 'link'));
  expect(() => readBuildRequest(readActionInputs(given, false), PUSH, host)).toThrow(
    `"link" leads to "${docker}", which buildpacks get nothing of`,
  );
});

it('takes no digests from a lock that a pull request brings', async () => {
  const facts: CiFacts = { trust: 'untrusted', ref: 'refs/pull/7/merge', baseRef: 'main' };
  await expect(read({ INPUT_LOCKED: 'true' }, facts)).rejects.toThrow(
    'lock-file: "buildpacks-ci.lock.json" is in the checkout',
  );
});

it('gives buildpacks no variable that is for the action alone, even when it is named', async () => {
  const environment = { ACTIONS_RUNTIME_TOKEN: 'x', INPUT_ENV: 'ACTIONS_RUNTIME_TOKEN' };
  await expect(read(environment)).rejects.toThrow('"ACTIONS_RUNTIME_TOKEN" has no value');
});

it('tells all that is wrong at once: with our inputs, and with those of core', async () => {
  const reading = read({ INPUT_PUSH: 'true', INPUT_SUMMARY: 'maybe', INPUT_ENGINE: 'vm' });
  await expect(reading).rejects.toBeInstanceOf(InputError);
  const problems = await reading.catch((error: unknown) => (error as InputError).problems.map(({ input }) => input));
  expect(problems).toEqual(expect.arrayContaining(['push', 'summary', 'engine']));
});

it.each([
  [PUSH, 'push on refs/heads/main is trusted: the image is published, a layer cache is read and written'],
  [
    { trust: 'untrusted', ref: 'refs/pull/7/merge' } as const,
    'push on refs/pull/7/merge is untrusted: the image is not published, a layer cache is only read',
  ],
])('says what follows from the event', async (facts, line) => {
  expect(describeTrust(await read({}, facts), facts, 'push')).toBe(line);
});

it('gives programs that it starts nothing that is for the action alone', () => {
  const environment = {
    PATH: '/bin',
    DOCKER_CONFIG: '/d',
    GITHUB_REPOSITORY: 'octo/shop',
    'INPUT_REGISTRY-AUTH': 'x',
    ACTIONS_RUNTIME_TOKEN: 'x',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
    STATE_started: 'x',
    GITHUB_OUTPUT: 'x',
    GITHUB_ENV: 'x',
    GITHUB_PATH: 'x',
    GITHUB_STATE: 'x',
    GITHUB_STEP_SUMMARY: 'x',
    GITHUB_ARTIFACTS: 'x',
  };
  expect(childEnvironment(environment)).toEqual({
    PATH: '/bin',
    DOCKER_CONFIG: '/d',
    GITHUB_REPOSITORY: 'octo/shop',
  });
});

it('gives core what programs may see, since core gives it to them', async () => {
  const environment = {
    PATH: '/bin',
    INPUT_IMAGE: 'ghcr.io/octo/shop',
    INPUT_BUILDER: 'example.com/builder',
    INPUT_CACHE: 'off',
  };
  const host = await hostWith({ ...environment, ACTIONS_RUNTIME_TOKEN: 'x' });
  const inputs = readActionInputs(host.environment, false);
  const sources = { workspace: '/w', app: '/w' };
  const log = createActionLog({ toolkit: host.toolkit, clock: host.clock, level: 'info', sources });
  const request = readBuildRequest(inputs, PUSH, host);
  const given = await withBuildPorts(request, { inputs, host, log }, (_, ports) => Promise.resolve(ports.environment));
  expect(given).toEqual({ PATH: '/bin' });
});
