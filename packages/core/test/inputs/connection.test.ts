import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { parseConnectionInputs, type RawInputs } from '../../src/inputs/index.ts';
import { SAFE_VARIABLES } from '../../src/trust/index.ts';
import { makeTree, problemsOf } from './support.ts';

const [FIRST = '', SECOND = ''] = rootCertificates;
const NOW = Date.parse('2026-11-21');

function parse(raw: RawInputs, environment: Readonly<Record<string, string>> = {}, workingDirectory = '/') {
  return parseConnectionInputs(raw, { environment, workingDirectory, now: NOW });
}

describe('proxies', () => {
  test('come from the environment when no input gives them', () => {
    const { variables, sources } = parse({}, { https_proxy: 'proxy:3128', NO_PROXY: 'a.example' }).proxies;
    expect(variables).toMatchObject({ httpProxy: '', httpsProxy: 'proxy:3128', noProxy: 'a.example' });
    expect(sources.https).toBe('https_proxy');
  });

  test('of the inputs win', () => {
    const { proxies } = parse({ 'https-proxy': 'http://own:3128' }, { HTTPS_PROXY: 'http://job:3128' });
    expect(proxies.variables.httpsProxy).toBe('http://own:3128');
  });

  test('are not used for the cluster when that is asked for', () => {
    const { proxies } = parse({ 'no-proxy': 'a.example', 'no-proxy-cluster': 'true' });
    expect(proxies.variables.noProxy).toMatch(/^a\.example,.*\.svc/);
  });

  test('of the build have no password, which is not quoted', () => {
    const problems = problemsOf(() => parse({ 'build-https-proxy': 'http://user:canary@proxy' }));
    expect(problems.map(({ input }) => input)).toEqual(['build-https-proxy']);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });
});

describe('ca-certificates', () => {
  test.each<[string, string | readonly string[]]>([
    ['text', `${FIRST}\n${SECOND}`],
    ['items', [FIRST, SECOND]],
    ['text and a path', `ca.pem\n${FIRST}`],
    ['a path given as an item', ['ca.pem', FIRST]],
  ])('are read from %s', (_, raw) => {
    const directory = makeTree({ 'ca.pem': SECOND });
    const { userCertificates } = parse({ 'ca-certificates': raw }, {}, directory);
    expect(userCertificates?.certificates).toHaveLength(2);
  });

  test('are absent when there are none', () => {
    expect(parse({ 'ca-certificates': ' \n' })).not.toHaveProperty('userCertificates');
  });
});

describe('build-ca-variables', () => {
  test.each<[string, readonly string[]]>([
    ['', SAFE_VARIABLES],
    ['none', []],
    ['GIT_SSL_CAINFO\nJAVA_TOOL_OPTIONS', ['GIT_SSL_CAINFO', 'JAVA_TOOL_OPTIONS']],
  ])('%j', (text, expected) => {
    expect(parse({ 'build-ca-variables': text }).certificateVariables).toEqual(expected);
  });

  test.each(['LD_PRELOAD', 'none\nGIT_SSL_CAINFO'])('%j is refused', (text) => {
    expect(problemsOf(() => parse({ 'build-ca-variables': text }))).toHaveLength(1);
  });
});

test('mirrors are read from lines and files', () => {
  const directory = makeTree({ 'registries.conf': '[[registry]]\nlocation = "a.example"\nblocked = true\n' });
  const { mirrors } = parse(
    { 'registry-mirrors': 'docker.io=mirror.example', 'registries-conf': path.join(directory, 'registries.conf') },
    {},
    directory,
  );
  expect(mirrors.rules.map(({ prefix }) => prefix)).toEqual(['docker.io', 'a.example']);
});

test.each([
  ['registry-mirrors', 'a.example=m.example'],
  ['client-certificates', 'a.example=a.pem,a.key'],
] as const)('%s that came as one item are to be given one by one', (input, line) => {
  expect(problemsOf(() => parse({ [input]: [`${line}\nb.example=x`] }))).toEqual([
    { input, message: `"${line}" is followed by a line break`, hint: 'Give the option once for each line.' },
  ]);
});

test('a key given as a client certificate is not quoted', () => {
  const raw = { 'client-certificates': [`${'QUJD'.repeat(16)}\n${'QUJD'.repeat(16)}`] };
  expect(JSON.stringify(problemsOf(() => parse(raw)))).not.toContain('QUJD'.repeat(3));
});

test('what a hosts.toml names for TLS is looked at with all else, and what is wrong is told once', () => {
  const hosts = ['a', 'b'].map((name) => `[host."https://${name}.example"]\nca = ["../ca.pem", "../empty.pem"]\n`);
  const directory = makeTree({
    'certs.d/docker.io/hosts.toml': `${hosts.join('')}client = [["missing.cert", "missing.key"]]\n`,
    'certs.d/ca.pem': FIRST,
    'certs.d/empty.pem': 'nothing',
  });
  const problems = problemsOf(() => parse({ 'registries-conf': 'certs.d', 'registry-auth': 'x=y' }, {}, directory));
  const folder = path.join(directory, 'certs.d');
  expect(problems.map(({ input, message, place }) => [input, place?.file ?? message])).toEqual([
    ['registries-conf', path.join(folder, 'empty.pem')],
    ['registries-conf', `"${path.join(folder, 'docker.io/missing.cert')}" does not exist`],
    ['registries-conf', `"${path.join(folder, 'docker.io/missing.key')}" does not exist`],
    ['registry-auth', expect.any(String)],
  ]);
});

test('all problems are told together', () => {
  const problems = problemsOf(() =>
    parse({
      'insecure-registries': 'http://a',
      'http-proxy': 'http://',
      'https-proxy': 'a b',
      'build-http-proxy': 'c d',
      'ca-certificates': '/nonexistent.pem',
      'client-certificates': 'a.example',
      'build-ca-variables': 'X',
      'registry-mirrors': 'x',
      'registry-auth': 'x=y',
      'no-proxy-cluster': 'perhaps',
    }),
  );
  expect(problems.map(({ input }) => input).sort()).toEqual([
    'build-ca-variables',
    'build-http-proxy',
    'ca-certificates',
    'client-certificates',
    'http-proxy',
    'https-proxy',
    'insecure-registries',
    'no-proxy-cluster',
    'registry-auth',
    'registry-mirrors',
  ]);
});

describe('offline', () => {
  test('is open by default, whatever hosts are named', () => {
    expect(parse({ 'offline-hosts': 'a.example' })).not.toHaveProperty('offline');
  });

  test('names the hosts of the inputs: its own, and mirrors; not the registries that have them', () => {
    const directory = makeTree({
      'registries.conf': [
        '[[registry]]\nprefix = "replaced.example"\nlocation = "place.corp:5000/replaced"',
        '[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "mirror.corp/quay"',
      ].join('\n'),
    });
    const inputs = {
      offline: 'true',
      'offline-hosts': 'Tokens.corp\n10.0.0.1\n[::1]',
      'registry-mirrors': 'docker.io=hub.corp:8443/hub\n*.example.org=any.corp',
      'registries-conf': 'registries.conf',
      'dependency-mirror':
        'https://deps.corp/{originalHost}\na.example=https://deps.corp:8443/a\nb.example=file:///srv',
      'https-proxy': 'http://proxy.corp:3128',
    };
    const { offline } = parse(inputs, {}, directory);
    expect([...(offline?.hosts ?? [])].sort()).toEqual([
      '10.0.0.1',
      '[::1]',
      'any.corp',
      'deps.corp',
      'deps.corp',
      'hub.corp:8443',
      'mirror.corp',
      'place.corp:5000',
      'tokens.corp',
    ]);
  });

  test.each([
    { 'offline-hosts': 'docker.io' },
    { 'offline-hosts': 'index.docker.io' },
    { 'registry-mirrors': 'quay.io=docker.io/copies' },
  ])('names Docker Hub by the host that answers for it: %j', (inputs) => {
    expect(parse({ offline: 'true', ...inputs }).offline?.hosts).toEqual(['registry-1.docker.io']);
  });

  test('quotes no password', () => {
    const problems = problemsOf(() => parse({ 'offline-hosts': 'https://ci:canary@storage.corp/a' }));
    expect(problems.map(({ message }) => message)).toEqual(['"https://…@storage.corp/a" is not a host']);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  test.each<[string, string]>([
    ['registry.corp:5000', 'Write registry.corp alone: it counts with all its ports.'],
    ['https://storage.corp/path', 'Write storage.corp alone: it counts with all its ports.'],
    ['[::1]:5000', 'Write [::1] alone: it counts with all its ports.'],
    ['*.corp', expect.stringContaining('no wildcards') as string],
    ['10.0.0.0/8', 'Write 10.0.0.0 alone: it counts with all its ports.'],
    ['a b', expect.stringContaining('no wildcards') as string],
  ])('refuses the host %j', (host, hint) => {
    const problems = problemsOf(() => parse({ offline: 'true', 'offline-hosts': host }));
    expect(problems).toEqual([{ input: 'offline-hosts', message: `"${host}" is not a host`, hint }]);
  });
});
