import { describe, expect, test } from 'vitest';
import { renderReport } from '../../src/doctor/render.ts';
import type { DoctorReport } from '../../src/doctor/report.ts';
import { SAMPLE_REPORT } from './sample-report.ts';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

/** What holds on a machine without any setting, where no image is named. */
const PLAIN: DoctorReport = {
  schemaVersion: 1,
  proxies: { noProxy: [] },
  hosts: [],
  certificates: { trusted: 121, sources: [{ name: 'Node.js', count: 121 }], user: [], warnings: [] },
  mirrors: { rules: [], notices: [] },
  images: [],
  build: { proxies: [], certificates: 0, certificateVariables: [], embedded: false },
  engine: { kind: 'container', description: 'docker 28.2' },
};

describe('renderReport', () => {
  test('says in a few lines that nothing is set', () => {
    expect(renderReport(PLAIN)).toEqual([
      'Proxies',
      '  for http   none',
      '  for https  none',
      '  no-proxy   none',
      '',
      'Certificates',
      '  121  Node.js',
      '  121  trusted in all, each counted once',
      '',
      'What buildpacks get',
      '  Proxies       none',
      '  Certificates  none',
      '',
      'Engine',
      '  docker 28.2',
    ]);
  });

  test('tells everything from behind a proxy', () => {
    expect(renderReport(SAMPLE_REPORT)).toEqual([
      'Proxies',
      '  for http   http://proxy.corp:3128 (http_proxy)',
      '  for https  http://proxy.corp:3128, with user and password (https-proxy)',
      '  no-proxy   .corp, 10.0.0.0/8',
      '',
      'Servers',
      '  https://mirror.corp           directly: no-proxy has ".corp"',
      '  https://registry-1.docker.io  by the proxy http://proxy.corp:3128 (https-proxy)',
      '  registry.corp:5000            directly: no-proxy has ".corp"; insecure (insecure-registries); client certificate client.pem; 1 certificate of its own',
      '  https://other.example         can\'t be reached: "ftp://proxy" is a proxy of the unknown kind ftp',
      '',
      'Certificates',
      '  121  Node.js',
      '  140  /etc/ssl/certs/ca-certificates.crt',
      '    1  corp.pem',
      '  142  trusted in all, each counted once',
      '  CN=Corp Root, until 2026-12-01',
      `    SHA-256 ${FINGERPRINT}`,
      '  warning: the certificate "CN=Corp Root" expires on 2026-12-01',
      '',
      'Mirrors',
      '  docker.io  mirror.corp/hub, then the registry itself  (registries.conf:3)',
      '  quay.io    blocked                                    (registries.conf:9)',
      '  warning: registries.conf:1: "unqualified-search-registries" is not used',
      '',
      'Images',
      '  builder      corp/builder:1                      by the rule for "docker.io" (registries.conf:3)',
      '    1. mirror.corp/hub/corp/builder:1  mirror              anonymously',
      '    2. corp/builder:1                  registry, insecure  with an identity token (/home/ci/.docker/config.json, docker-credential-pass)',
      '    not asked: cache.corp/hub, since this mirror may not resolve tags',
      '  run image    quay.io/corp/run:1                  by the rule for "quay.io" (registries.conf:9)',
      '    refused: nobody is left to ask',
      '    not asked: quay.io/corp/run, since the registry is blocked',
      '  destination  registry.corp:5000/team/app:latest  as ci (registry-auth, "registry.corp:5000/team")',
      '',
      'What buildpacks get',
      '  Proxies       HTTP_PROXY=http://proxy.corp:3128',
      '                HTTPS_PROXY=http://proxy.corp:3128 (reached by a relay of ours, since it wants a password)',
      '                NO_PROXY=.corp,10.0.0.0/8,localhost,127.0.0.1,::1',
      '  Certificates  1 certificate as a binding, and in the image',
      '  Variables     NODE_EXTRA_CA_CERTS, PIP_CERT',
      '',
      'Engine',
      '  docker 28.2',
      '  our client pulls the builder for it: it was read from mirror.corp/hub/corp/builder',
      '',
      'Checks',
      '  ok       engine   docker 28.2                  answers',
      '  ok       connect  mirror.corp                  directly, TLSv1.3, certificate by "CN=Corp Root"; open to everyone',
      '  failed   connect  registry.corp:5000           TLS: registry.corp:5000 has a certificate from an authority that is not trusted',
      '      certificates seen (TLSv1.3):',
      '        1. CN=registry',
      '      remedy: Add the certificate of "CN=Corp Root" to ca-certificates.',
      '  warning  read     corp/builder:1               DNS: the host name "registry-1.docker.io" is not known',
      '      remedy: Check the spelling of registry-1.docker.io.',
      "  failed   write    registry.corp:5000/team/app  not tried: registry.corp:5000 can't be reached",
      '',
      '2 ok, 1 warning, 2 failed',
    ]);
  });

  describe('with many certificates', () => {
    const user = (number: number, known: boolean) =>
      Array.from({ length: number }, (_, index) => ({
        ...{ subject: `CN=${known ? 'Known' : 'New'} ${index + 1}`, known },
        ...{ fingerprint: FINGERPRINT, validTo: '2030-01-01' },
      }));
    const linesFor = (certificates: Partial<DoctorReport['certificates']>) =>
      renderReport({ ...PLAIN, certificates: { ...PLAIN.certificates, ...certificates } })
        .filter((line) => /^  (CN=|and|\d+ (more|that)|warning)/.test(line))
        .map((line) => line.trim());

    test('lists a few, whoever else has them', () => {
      const lines = linesFor({ user: [...user(9, true), ...user(1, false)] });
      expect(lines).toHaveLength(10);
    });

    test('lists of a bundle what is new', () => {
      expect(linesFor({ user: [...user(144, true), ...user(1, false)] })).toEqual([
        'CN=New 1, until 2030-01-01',
        'and 144 that Node.js or this machine trusts anyway; --json lists them',
      ]);
    });

    test('only counts those of a bundle that has nothing new', () => {
      expect(linesFor({ user: user(144, true) })).toEqual([
        '144 that Node.js or this machine trusts anyway; --json lists them',
      ]);
    });

    test('lists ten at most', () => {
      const lines = linesFor({ user: [...user(12, false), ...user(3, true)] });
      expect(lines).toHaveLength(11);
      expect(lines.at(-1)).toBe('and 2 more, and 3 that Node.js or this machine trusts anyway; --json lists them');
    });

    test('prints ten warnings at most', () => {
      const lines = linesFor({ warnings: Array.from({ length: 12 }, (_, index) => `number ${index + 1}`) });
      expect(lines.slice(9)).toEqual(['warning: number 10', 'warning: and 2 more; --json lists them']);
    });
  });

  test('tells why no engine can be used, and what would help', () => {
    const engine = { kind: 'none', description: 'neither docker nor podman answers', hint: 'Start one.' } as const;
    expect(renderReport({ ...PLAIN, engine }).slice(-3)).toEqual([
      'Engine',
      '  neither docker nor podman answers',
      '  hint: Start one.',
    ]);
  });

  test.each([
    [
      'an engine that can',
      { by: 'engine' as const },
      '  it pulls the builder itself, or our client does where it can not',
    ],
    [
      'one that lacks the means',
      { by: 'us' as const, because: 'registry.corp needs client-certificates' },
      '  our client pulls the builder for it: registry.corp needs client-certificates',
    ],
  ])('tells who pulls the builder for %s', (_, builderFrom, line) => {
    expect(renderReport({ ...PLAIN, engine: { ...PLAIN.engine, builderFrom } }).at(-1)).toBe(line);
  });

  test('makes harmless what others wrote', () => {
    const check = { verdict: 'ok', what: 'connect', subject: 'evil.example', details: [] } as const;
    const lines = renderReport({ ...PLAIN, checks: [{ ...check, message: 'by "CN=\u001b[2J\nok"' }] });
    expect(lines.at(-3)).toBe(String.raw`  ok  connect  evil.example  by "CN=\nok"`);
  });
});
