import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DoctorReport } from '../../packages/core/src/index.ts';
import type { Squid } from '../bench/squid.ts';
import { requiresRoot, requiresSquid } from '../support/requires.ts';
import { cli, type CliOutcome } from './support/cli.ts';
import { BUILDER, type Corporation, PASSWORD, startCorporation } from './support/corporation.ts';

requiresRoot('doctor', () => {
  requiresSquid('in a company whose registries are behind a proxy with a password', () => {
    let corporation: Corporation;
    let squid: Squid;
    beforeAll(async () => {
      corporation = await startCorporation();
      squid = await corporation.startProxy();
    });
    afterAll(() => corporation.stop());

    const doctor = (...args: readonly string[]) => {
      const { certificateFile, keyFile } = corporation.client;
      return cli([
        ...['doctor', 'registry.corp/team/app:1', '--builder', BUILDER],
        ...['--https-proxy', squid.url],
        ...['--registry-mirrors', 'docker.io=mirror.corp/hub'],
        ...['--client-certificates', `registry.corp=${certificateFile},${keyFile}`],
        ...['--registry-auth', `registry.corp=ci:${PASSWORD}`],
        ...args,
      ]);
    };
    const trusted = () => ['--ca-certificates', corporation.root.certificateFile];

    it('tells how everything would be reached, and speaks to nobody', async () => {
      await squid.forget();
      const { status, stdout } = await doctor(...trusted());
      const proxy = new URL(squid.url).host;
      expect(status).toBe(0);
      expect(stdout).toContain(`for https  http://${proxy}, with user and password (https-proxy)`);
      expect(stdout).toContain(`https://mirror.corp           by the proxy http://${proxy} (https-proxy)`);
      expect(stdout).toContain('1. mirror.corp/hub/corp/builder:1  mirror    anonymously');
      expect(stdout).toContain('as ci (registry-auth, "registry.corp")');
      expect(stdout).not.toContain('Checks');
      expect(await squid.requests()).toEqual([]);
    });

    it('finds that a build would succeed, though Docker Hub is out of reach', async () => {
      const outcome = await doctor('--check', ...trusted());
      expect(outcome.status, outcome.stderr).toBe(0);
      expect(outcome.stdout).toMatch(/^ {2}ok +read +mirror\.corp\/hub\/corp\/builder:1 /m);
      expect(outcome.stdout).toMatch(/^ {2}warning +connect +registry-1\.docker\.io .*403 Forbidden/m);
      expect(outcome.stdout).toMatch(/^ {2}ok +write +registry\.corp\/team\/app +may be pushed to, as ci$/m);
      expect(outcome.stdout).toMatch(/\n\n\d+ ok, 3 warnings\n$/);
      expect(leaks(outcome)).toEqual([]);
    });

    it('names the authority that is missing, and ends as a build would', async () => {
      const outcome = await doctor('--check');
      expect(outcome.status).toBe(1);
      expect(outcome.stdout).toContain('remedy: Add the certificate of "CN=Corporate Root" to ca-certificates.');
      expect(outcome.stderr).toMatch(/^error: \d+ of \d+ checks failed$/m);
      expect(leaks(outcome)).toEqual([]);
    });

    it('gives the same as data', async () => {
      const outcome = await doctor('--check', '--json', ...trusted());
      const { checks = [], engine } = JSON.parse(outcome.stdout) as DoctorReport;
      expect(checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      expect(checks.map(({ what }) => what)).toContain('write');
      expect(engine.kind).not.toBe('none');
      expect(leaks(outcome)).toEqual([]);
    });
  });
});

/** In which form the password was printed. */
function leaks({ stdout, stderr }: CliOutcome): readonly string[] {
  const forms = [PASSWORD, encodeURIComponent(PASSWORD), Buffer.from(`ci:${PASSWORD}`).toString('base64')];
  return forms.filter((form) => `${stdout}${stderr}`.includes(form));
}
