import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointsFor } from '../../src/mirrors/endpoints.ts';
import { parseHostsToml, registryOfDirectory } from '../../src/mirrors/hosts-toml.ts';
import { parseReference } from '../../src/reference/index.ts';
import { DIGEST, names, problemsOf } from './support.ts';

const FILE = '/certs.d/docker.io/hosts.toml';
const parse = (text: string) => parseHostsToml(text, FILE, 'docker.io');
const ruleOf = (text: string) => parse(text).rules[0];
const asked = (text: string, reference: string) => names(endpointsFor(parse(text), parseReference(reference)));

describe('hosts.toml', () => {
  it('has its hosts in order and the server last', () => {
    const text = 'server = "https://s.example"\n[host."https://z.example"]\n[host."https://a.example"]';
    expect(asked(text, 'busybox:1')).toEqual(
      ['z.example', 'a.example', 's.example'].map((host) => `${host}/library/busybox:1`),
    );
  });

  it('without a server ends at the registry itself', () => {
    expect(asked('[host."https://a.example"]', 'busybox:1').at(-1)).toBe('index.docker.io/library/busybox:1');
  });

  it('with the registry itself as a host asks it once, unless another API is meant', () => {
    const hub = 'index.docker.io/library/busybox:1';
    expect(asked('[host."https://registry-1.docker.io"]', 'busybox:1')).toEqual([hub]);
    expect(asked('[host."https://registry-1.docker.io/eu"]', 'busybox:1')).toEqual([hub, hub]);
    expect(asked('[host."http://docker.io"]', 'busybox:1')).toEqual([hub, hub]);
  });

  it('resolves tags only where it may', () => {
    const text =
      '[host."https://a.example"]\ncapabilities = ["pull"]\n[host."https://b.example"]\ncapabilities = ["pull", "Resolve"]';
    const hosts = (reference: string) => asked(text, reference).map((name) => name.split('/')[0]);
    expect(hosts('busybox:1')).toEqual(['b.example', 'index.docker.io']);
    expect(hosts(`busybox@${DIGEST}`)).toEqual(['a.example', 'b.example', 'index.docker.io']);
  });

  it('leaves out a server that may not pull, and says so', () => {
    const text = 'server = "https://s.example"\ncapabilities = ["push"]\n[host."https://a.example"]';
    expect(asked(text, 'busybox:1')).toEqual(['a.example/library/busybox:1']);
    expect(parse(text).notices).toHaveLength(1);
  });

  it.each([
    ['https://m.example', false, 'm.example', undefined],
    ['m.example:5000', false, 'm.example:5000', undefined],
    ['https://registry-1.docker.io', false, 'docker.io', undefined],
    ['https://m.example/v2', false, 'm.example', undefined],
    ['https://m.example/v2/proxy', true, 'm.example/proxy', undefined],
    ['https://m.example/us', false, 'm.example', '/us/v2'],
    ['https://m.example/us', true, 'm.example', '/us'],
    ['https://m.example', true, 'm.example', '/'],
  ])('%s (override_path %s) is %s with the API at %s', (url, override, location, apiRoot) => {
    const mirror = ruleOf(`[host."${url}"]\noverride_path = ${String(override)}`)?.mirrors[0];
    expect([mirror?.location, mirror?.server?.apiRoot]).toEqual([location, apiRoot]);
  });

  it('sends the registry as ns to every other server', () => {
    const rule = ruleOf('server = "https://s.example"\n[host."https://a.example"]');
    expect([rule?.mirrors[0]?.namespace, rule?.source.namespace]).toEqual(['docker.io', 'docker.io']);
  });

  it.each([
    ['', false],
    ['skip_verify = true', true],
  ])('with "%s" is insecure: %s', (line, insecure) => {
    expect(ruleOf(`[host."https://a.example"]\n${line}`)?.mirrors[0]?.insecure).toBe(insecure);
  });

  it('is insecure in plain http', () => {
    expect(ruleOf('[host."http://a.example"]')?.mirrors[0]).toMatchObject({
      insecure: true,
      server: { scheme: 'http' },
    });
  });

  it.each([
    ['ca = "ca.crt"', { certificateAuthorities: ['/certs.d/docker.io/ca.crt'] }],
    ['ca = ["/a.crt", "../b.crt"]', { certificateAuthorities: ['/a.crt', '/certs.d/b.crt'] }],
    ['client = "/c.pem"', { clientCertificates: [{ certificate: '/c.pem' }] }],
    ['client = ["/c.pem", "/d.pem"]', { clientCertificates: [{ certificate: '/c.pem' }, { certificate: '/d.pem' }] }],
    ['client = [["/c.crt", "/c.key"]]', { clientCertificates: [{ certificate: '/c.crt', key: '/c.key' }] }],
  ])('has files: %s', (line, server) => {
    expect(ruleOf(`[host."https://a.example"]\n${line}`)?.mirrors[0]?.server).toMatchObject(server);
  });

  it.each([
    ['host = ', 1],
    ['[host]\nx = 1', 2],
    ['[host."https://a.example"]\ncapabilities = ["pul"]', 2],
    ['[host."https://a.example"]\nclient = [["a", "b", "c"]]', 2],
    ['[host."https://a.example"]\nca = 1', 2],
    ['[host."https://u:canary@a.example"]', 1],
    ['[host."ftp://a.example"]', 1],
    ['[host."https://a.example/v2/UP"]\noverride_path = true', 1],
  ])('%j is refused with its line', (text, line) => {
    const problems = problemsOf(() => parse(text));
    expect(problems.map(({ place }) => [place?.file, place?.line])).toEqual([[FILE, line]]);
    expect(problems.map(({ message }) => message).join()).not.toContain('canary');
  });

  it('does not send headers, and says so', () => {
    const { notices } = parse(
      '[host."https://a.example"]\n[host."https://a.example".header]\nauthorization = "canary"',
    );
    expect(notices).toMatchObject([{ message: expect.stringContaining('not sent') as string }]);
    expect(JSON.stringify(notices)).not.toContain('canary');
  });

  it('is read or refused, whatever it is', () => {
    const word = fc.constantFrom(
      ...[
        '[host."https://a.example"]',
        '[host."%"]',
        'server',
        'ca',
        'client',
        'capabilities',
        'override_path',
        'header',
      ],
      ...['=', '"https://a.example/x"', '"http://["', '"pull"', 'true', '1', '[]', '[["a"]]', '{}', '\n', '\n'],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    );
    fc.assert(fc.property(text, (file) => problemsOf(() => parse(file)).length >= 0));
  });
});

describe('a directory of certs.d', () => {
  it.each([
    ['docker.io', 'docker.io'],
    ['a.example:5000', 'a.example:5000'],
    ['a.example_5000_', 'a.example:5000'],
  ])('%s is for %s', (name, registry) => {
    expect(registryOfDirectory(name)).toBe(registry);
  });
});
