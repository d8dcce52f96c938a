import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCredentials } from '../../../packages/core/src/auth/index.ts';
import { createProcessRunner } from '../../../packages/core/src/ports/node-processes.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';

const REPOSITORY = { registry: 'registry.example', path: 'app' };

/** Credentials from a helper that is this shell script. */
async function credentialsFrom(script: string, signal = new AbortController().signal) {
  const home = await mkdtemp(path.join(tmpdir(), 'helper-'));
  onTestFinished(() => rm(home, { recursive: true }));
  await mkdir(path.join(home, '.docker'));
  await mkdir(path.join(home, 'bin'));
  await writeFile(path.join(home, '.docker/config.json'), '{"credHelpers":{"registry.example":"corp"}}');
  await writeFile(path.join(home, 'bin/docker-credential-corp'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const warnings: string[] = [];
  const credentials = createCredentials({
    environment: { PATH: `${home}/bin:/usr/bin:/bin`, AWS_PROFILE: 'ci' },
    signal,
    machine: { home, workingDirectory: path.join(home, 'work') },
    processes: createProcessRunner(),
    log: { ...SILENT_LOG, warn: (message) => warnings.push(message) },
  });
  return { credentials, warnings };
}

describe('a real credential helper', () => {
  it('is asked for the registry on its standard input', async () => {
    const { credentials } = await credentialsFrom(
      `read -r server; printf '{"Username":"%s","Secret":"%s"}' "$1" "$server"`,
    );
    expect(await credentials.lookup(REPOSITORY)).toEqual({
      kind: 'basic',
      username: 'get',
      password: 'registry.example',
    });
  });

  it('that does not know the registry leaves it anonymous', async () => {
    const { credentials, warnings } = await credentialsFrom('echo credentials not found in native keychain; exit 1');
    expect(await credentials.lookup(REPOSITORY)).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('that fails is told with its own words', async () => {
    const { credentials, warnings } = await credentialsFrom('echo the vault is locked >&2; exit 3');
    expect(await credentials.lookup(REPOSITORY)).toBeUndefined();
    expect(warnings.join()).toContain('the vault is locked');
  });

  it("runs at the root with the job's environment", async () => {
    const { credentials } = await credentialsFrom(`printf '{"Username":"%s","Secret":"%s"}' "$PWD" "$AWS_PROFILE"`);
    expect(await credentials.lookup(REPOSITORY)).toMatchObject({ username: '/', password: 'ci' });
  });

  it('ends with the run', async () => {
    const controller = new AbortController();
    const { credentials } = await credentialsFrom('sleep 600', controller.signal);
    const lookup = credentials.lookup(REPOSITORY);
    setTimeout(() => {
      controller.abort();
    }, 100);
    await expect(lookup).rejects.toMatchObject({ code: 'cancelled' });
  });
});
