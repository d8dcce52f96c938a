import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { makeAuthority } from '../../bench/certificates.ts';
import { type Answer, formsOf, startEchoingServer } from '../cli/echoing-server.ts';
import { runJob, startJob } from './job.ts';

/** Wants credentials, and then repeats them in every form. */
const REFUSING: Answer = (response, { secrets }) => {
  if (secrets.length === 0) response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
  else
    response
      .writeHead(403)
      .end(JSON.stringify({ errors: [{ code: 'DENIED', message: secrets.flatMap(formsOf).join(' ') }] }));
};

const CANARY = 'canary5d1f';

describe('a job whose inputs are wrong', () => {
  test('tells all that is wrong and ends with 2', async () => {
    const { status, stdout, stderr } = await runJob({
      BUILDPACKS_CI_ENGINE: 'vm',
      BUILDPACKS_CI_ENV: 'CI_JOB_TOKEN',
      BUILDPACKS_CI_BULDER: 'x',
    });
    expect(status).toBe(2);
    expect(stderr).toBe('');
    expect(stdout).toContain('BUILDPACKS_CI_BULDER is no input; did you mean BUILDPACKS_CI_BUILDER?');
    for (const text of [
      '- engine: "vm"',
      '- env: "CI_JOB_TOKEN" is the job',
      '- image: it is missing, and the project has no container registry',
    ])
      expect(stdout).toContain(text);
  });

  test.each([
    [[], '"" is not a command'],
    [['biuld'], 'Did you mean "build"?'],
    [['build', 'registry.example/app'], '"registry.example/app" is too much'],
  ])('says so of the command %j', async (args, text) => {
    const { status, stdout } = await runJob({}, args);
    expect(status).toBe(2);
    expect(stdout).toContain(text);
  });
});

describe('credentials of the job', () => {
  const login = (host: string) => ({
    CI_REGISTRY: host,
    CI_REGISTRY_IMAGE: `${host}/group/shop`,
    CI_REGISTRY_USER: 'gitlab-ci-token',
    CI_REGISTRY_PASSWORD: `${CANARY}-registry`,
  });

  test('are for the project’s registry, and not to be read in the log', async () => {
    const { host, secrets } = await startEchoingServer(REFUSING);
    const { status, stdout } = await runJob({ ...login(host), BUILDPACKS_CI_BUILDER: `${host}/group/builder` });
    expect(status).toBe(2);
    expect(secrets).toContain(`gitlab-ci-token:${CANARY}-registry`);
    expect(formsOf(`${CANARY}-registry`).filter((form) => stdout.includes(form))).toEqual([]);
  });

  test('are for the dependency proxy, whose port is in its name', async () => {
    const { host, secrets } = await startEchoingServer(REFUSING);
    await runJob({
      ...login('registry.example'),
      CI_DEPENDENCY_PROXY_SERVER: host,
      CI_DEPENDENCY_PROXY_USER: 'gitlab-ci-token',
      CI_DEPENDENCY_PROXY_PASSWORD: `${CANARY}-proxy`,
      BUILDPACKS_CI_BUILDER: `${host}/group/dependency_proxy/containers/builder`,
    });
    expect(secrets).toContain(`gitlab-ci-token:${CANARY}-proxy`);
  });

  test('are not for another registry', async () => {
    const { host, secrets } = await startEchoingServer(REFUSING);
    await runJob({ ...login('registry.example'), BUILDPACKS_CI_BUILDER: `${host}/builder` });
    expect(secrets).toEqual([]);
  });

  test.each([
    ['registry-auth', (host: string) => ({ BUILDPACKS_CI_REGISTRY_AUTH: `${host}=ann:own-password` })],
    [
      'DOCKER_AUTH_CONFIG',
      (host: string) => ({
        DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { username: 'ann', password: 'own-password' } } }),
      }),
    ],
  ])('give way to %s', async (_, given) => {
    const { host, secrets } = await startEchoingServer(REFUSING);
    await runJob({ ...login(host), ...given(host), BUILDPACKS_CI_BUILDER: `${host}/builder` });
    expect(new Set(secrets.filter((secret) => secret.includes(':')))).toEqual(new Set(['ann:own-password']));
  });
});

test('a credential helper sees nothing of the job’s own secrets', async () => {
  const { host, secrets } = await startEchoingServer(REFUSING);
  const directory = await temporaryDirectory();
  const helper = path.join(directory, 'docker-credential-spy');
  const script = `#!/bin/sh\nenv >"${directory}/seen"\necho '{"Username":"ann","Secret":"of-the-helper"}'\n`;
  await writeFile(helper, script, { mode: 0o755 });
  await runJob({
    PATH: `${directory}:${process.env['PATH'] ?? ''}`,
    AWS_PROFILE: 'for-the-helper',
    CI_JOB_TOKEN: `${CANARY}-job-token`,
    CI_REPOSITORY_URL: `https://gitlab-ci-token:${CANARY}-job-token@gitlab.example/group/shop.git`,
    NPM_TOKEN: `${CANARY}-job-token`,
    DOCKER_AUTH_CONFIG: JSON.stringify({ credHelpers: { [host]: 'spy' } }),
    BUILDPACKS_CI_IMAGE: `${host}/app`,
    BUILDPACKS_CI_BUILDER: `${host}/builder`,
  });
  expect(secrets).toContain('ann:of-the-helper');
  const seen = await readFile(path.join(directory, 'seen'), 'utf8');
  expect(seen).toContain('AWS_PROFILE=for-the-helper');
  expect(seen).not.toMatch(new RegExp(`${CANARY}|BUILDPACKS_CI_`));
});

describe('the authority of the GitLab instance', () => {
  async function registry() {
    const authority = await makeAuthority(await temporaryDirectory());
    const { certificate: cert, key } = await authority.issue('registry');
    let requests = 0;
    const server = createTlsServer({ cert, key }, (_, response) => {
      requests += 1;
      response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { file: authority.certificateFile, host, requests: () => requests };
  }

  test.each([
    ['is trusted where the runner names it', true],
    ['is not trusted otherwise', false],
  ])('%s', async (_, named) => {
    const { file, host, requests } = await registry();
    const { stdout } = await runJob({
      BUILDPACKS_CI_IMAGE: `${host}/app`,
      BUILDPACKS_CI_BUILDER: `${host}/builder`,
      ...(named && { CI_SERVER_TLS_CA_FILE: file }),
    });
    expect(requests() > 0, stdout).toBe(named);
  });

  test('that can not be read is a warning', async () => {
    const { host } = await registry();
    const { stdout } = await runJob({
      BUILDPACKS_CI_IMAGE: `${host}/app`,
      BUILDPACKS_CI_BUILDER: `${host}/builder`,
      CI_SERVER_TLS_CA_FILE: '/nowhere/ca.crt',
    });
    expect(stdout).toContain('warning: CI_SERVER_TLS_CA_FILE names "/nowhere/ca.crt"');
  });
});

describe('a job that is cancelled', () => {
  test('ends with 130, says so, and leaves nothing behind', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { BUILDPACKS_CI_IMAGE: `${host}/app`, BUILDPACKS_CI_BUILDER: `${host}/builder` };
    const { child, ended, project, temporary } = await startJob(environment);
    await once(server, 'request');
    child.kill('SIGTERM');
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(stdout).toMatch(/section_start:\d+:buildpacks_ci_1_prepare\r[^]*section_end:\d+:buildpacks_ci_1_prepare\r/);
    expect(stdout).toContain('error: stopped by SIGTERM');
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(path.join(project, '.buildpacks-ci'))).toEqual(['.gitignore']);
  });
});
