import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeAuthority } from '../bench/certificates.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';
import { type Squid, startSquid } from '../bench/squid.ts';
import type { TaskOutcome } from '../bench/tekton.ts';
import { leaksOf } from '../support/leaks.ts';
import { requiresDocker, requiresSquid } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { codesOf, startTekton, type Tekton } from './support/tekton.ts';

/** What no buildpack may see, and how the one that hunts is told. */
const PASSWORD = `canary-${randomBytes(6).toString('hex')}-password`;
const HUNT = `CANARY_HEX_PREFIX=${Buffer.from(PASSWORD).toString('hex')}`;
/** The proxies that buildpacks are told of, and the plan, which they could read. */
const LOOK = 'BP_SHELL=echo "$HTTPS_PROXY $https_proxy"; cat /buildpacks-ci/prepared/build/plan.json';
const BUILDPACKS = ['test/canary', 'test/shell'];

requiresDocker('a proxy with a password, as the workspace of the Tekton Task', () => {
  requiresSquid('that alone leads to a registry', () => {
    let tekton: Tekton;
    let registry: Registry;
    let squid: Squid;
    let certificate: string;
    const cleanups: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      const directory = await mkdtemp(path.join(tmpdir(), 'e2e-tekton-proxy-'));
      cleanups.push(() => rm(directory, { recursive: true, force: true }));
      tekton = await startTekton({ buildpacks: ['canary', 'shell'] });
      cleanups.push(() => tekton.stop());
      const authority = await makeAuthority(path.join(directory, 'authority'));
      certificate = authority.certificate;
      registry = await startRegistry({ name: 'registry.corp', tls: authority });
      cleanups.push(() => registry.stop());
      squid = await startSquid({ hosts: { [registry.host]: registry.address ?? '' }, users: { ann: PASSWORD } });
      cleanups.push(() => squid.stop());
    });
    afterAll(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    /** Publishes to the registry behind the proxy, and to one beside it, which the test can look into. */
    const run = (
      name: string,
      files: Readonly<Record<string, string>>,
      params: Readonly<Record<string, string>> = {},
    ): Promise<TaskOutcome> =>
      tekton.run({
        params: {
          image: `${registry.host}/${name}:1`,
          tags: [tekton.world.image(name)],
          buildpacks: BUILDPACKS,
          env: [HUNT, LOOK],
          'log-level': 'debug',
          ...params,
        },
        workspaces: {
          proxy: { kind: 'secret', data: files },
          'ca-certs': { kind: 'configMap', data: { 'corp.crt': certificate } },
        },
      });

    it('is used with the password, which neither buildpacks nor the plan nor the log have', async () => {
      await squid.forget();
      const { succeeded, text, results, steps } = await run('hidden', { 'https-proxy': `${squid.url}\n` });
      expect(succeeded, text).toBe(true);
      expect(results['IMAGE_URL']).toBe(`${registry.host}/hidden:1`);
      expect(new Set((await squid.requests()).map(({ user }) => user))).toEqual(new Set(['ann']));
      const log = steps[1]?.log ?? '';
      expect(log).toContain(`shell: http://${squid.host} http://${squid.host}`);
      expect(log).toContain('"schemaVersion"');
      expect(leaksOf(text, PASSWORD)).toEqual([]);
      const { world } = tekton;
      const found = await readAppFile(
        world.image('hidden'),
        '/layers/test_canary/report/found.txt',
        world.registry.access,
      );
      expect(found).toBe('');
    });

    it('is refused without the right one, which is told without what was given', async () => {
      const wrong = `${PASSWORD}-wrong`;
      const { steps, text, ...outcome } = await run('wrong', { 'https-proxy': `http://ann:${wrong}@${squid.host}` });
      expect(codesOf({ ...outcome, steps, text }).slice(1), text).toEqual([1, 1]);
      expect(steps[0]?.log).toMatch(/answers 407/);
      expect(leaksOf(text, PASSWORD)).toEqual([]);
    });

    it('gives way to a param', async () => {
      const files = { 'https-proxy': `http://ann:${PASSWORD}@proxy.invalid:1` };
      const { succeeded, text, steps } = await run('param', files, { 'https-proxy': `http://${squid.host}` });
      expect(succeeded).toBe(false);
      expect(steps[0]?.log, text).toMatch(/answers 407/);
    });

    it('with a file of another name is bad input', async () => {
      const { steps, text } = await run('stray', { https_proxy: squid.url });
      expect(steps[0]?.exitCode, text).toBe(2);
      expect(steps[0]?.log).toContain('"https_proxy" is none of its files');
      expect(leaksOf(text, PASSWORD)).toEqual([]);
    });
  });
});
