import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endpointsFor, type MirrorInputs, readMirrorRules } from '../../src/mirrors/index.ts';
import { parseReference } from '../../src/reference/index.ts';
import { DIGEST, names, problemsOf } from './support.ts';

const CONF = '[[registry]]\nlocation = "a.example"\n[[registry.mirror]]\nlocation = "conf.example"\n';
const IDMS = [
  'apiVersion: config.openshift.io/v1',
  'kind: ImageDigestMirrorSet',
  'metadata: { name: x }',
  'spec:',
  '  imageDigestMirrors:',
  '    - source: a.example',
  '      mirrors: [set.example]',
].join('\n');
const ITMS = IDMS.replaceAll('Digest', 'Tag').replace('set.example', 'tags.example');
const HOSTS = '[host."https://hosts.example"]\n';

/** A directory with these files. */
function tree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'mirror-rules-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

function read(files: Readonly<Record<string, string>>, inputs: Partial<MirrorInputs>) {
  return readMirrorRules({ files: [], lines: [], ...inputs }, { workingDirectory: tree(files) });
}

/** The hosts that are asked for an image. */
function asked(files: Readonly<Record<string, string>>, inputs: Partial<MirrorInputs>, reference: string) {
  const endpoints = endpointsFor(read(files, inputs), parseReference(reference));
  return names(endpoints).map((name) => name.split('/')[0]);
}

describe('registries-conf', () => {
  it.each([
    ['registries.conf', CONF, 'conf.example'],
    ['mirrors', CONF, 'conf.example'],
    ['idms.yaml', IDMS, 'set.example'],
    ['idms', IDMS, 'set.example'],
    ['a.example/hosts.toml', HOSTS, 'hosts.example'],
    ['a.example_443_/hosts.toml', HOSTS, 'hosts.example'],
  ])('takes the file %s for what it is', (name, text, mirror) => {
    const registry = name.includes('443') ? 'a.example:443' : 'a.example';
    expect(asked({ [name]: text }, { files: [name] }, `${registry}/app@${DIGEST}`)).toEqual([mirror, registry]);
  });

  it.each(['certs.d', 'certs.d/a.example'])('takes the directory %s in the layout of containerd', (directory) => {
    const files = { 'certs.d/a.example/hosts.toml': HOSTS, 'certs.d/b.example/ca.crt': '' };
    expect(asked(files, { files: [directory] }, 'a.example/app:1')).toEqual(['hosts.example', 'a.example']);
  });

  it('adds the drop-ins in the order of their names, each rule as a whole', () => {
    const files = {
      'registries.conf': CONF,
      'registries.conf.d/2.conf': CONF.replace('conf.example', 'second.example'),
      'registries.conf.d/1.conf': CONF.replace('conf.example', 'first.example'),
      'registries.conf.d/3.conf.bak': 'no TOML',
      'registries.conf.d/below/4.conf': 'no TOML',
    };
    expect(asked(files, { files: ['registries.conf'] }, 'a.example/app:1')).toEqual(['second.example', 'a.example']);
  });

  it('joins the mirror sets of several files', () => {
    const files = { 'idms.yaml': IDMS, 'itms.yaml': ITMS };
    const given = { files: ['idms.yaml', 'itms.yaml'] };
    expect(asked(files, given, 'a.example/app:1')).toEqual(['tags.example', 'a.example']);
    expect(asked(files, given, `a.example/app@${DIGEST}`)).toEqual(['set.example', 'a.example']);
  });

  it('uses the first file that has a rule, and says which one it does not', () => {
    const files = { 'a.conf': CONF, 'idms.yaml': IDMS };
    const rules = read(files, { files: ['a.conf', 'idms.yaml'] });
    expect(rules.rules.map(({ place }) => place?.file)).toEqual(['a.conf']);
    expect(rules.notices.map(({ place }) => place?.file)).toEqual(['idms.yaml']);
  });

  it('comes after registry-mirrors', () => {
    const given = { files: ['a.conf'], lines: ['a.example=line.example'] };
    expect(asked({ 'a.conf': CONF }, given, 'a.example/app:1')).toEqual(['line.example', 'a.example']);
  });
});

describe('a directory with files, as a ConfigMap is one,', () => {
  it('has their rules, and none of what is hidden or something else', () => {
    const files = {
      'map/registries.conf': CONF,
      'map/..old/idms.yaml': IDMS,
      'map/.idms.yaml': IDMS,
      'map/README': '',
    };
    expect(asked(files, { files: ['map'] }, `a.example/app@${DIGEST}`)).toEqual(['conf.example', 'a.example']);
  });
});

describe('the directory _default', () => {
  const files = {
    'certs.d/_default/hosts.toml': HOSTS,
    'certs.d/a.example/hosts.toml': '[host."https://own.example"]',
  };
  const given = { files: ['certs.d'] };

  it.each([
    ['b.example/app:1', ['hosts.example', 'b.example']],
    ['b.example:5000/app:1', ['hosts.example', 'b.example:5000']],
    ['a.example/app:1', ['own.example', 'a.example']],
  ])('is for registries without one of their own: %s', (reference, hosts) => {
    expect(asked(files, given, reference)).toEqual(hosts);
  });

  it.each([
    ['b.example:5000/app:1', 'b.example:5000'],
    ['busybox', 'docker.io'],
  ])('asks its servers for %s on behalf of %s', (reference, namespace) => {
    const [mirror, source] = endpointsFor(read(files, given), parseReference(reference));
    expect([mirror.namespace, source?.namespace]).toEqual([namespace, undefined]);
  });

  it('does not block the mirrors with the sources', () => {
    const blocked = {
      'certs.d/_default/hosts.toml': `server = "https://s.example"\ncapabilities = ["push"]\n${HOSTS}`,
    };
    expect(asked(blocked, given, 'b.example/app:1')).toEqual(['hosts.example']);
  });
});

describe('what is no configuration of mirrors', () => {
  it.each([
    ['missing', {}, '"missing" does not exist'],
    ['empty', { 'empty/x': '' }, '"empty" is a directory without <registry>/hosts.toml'],
    ['daemon.json', { 'daemon.json': '{"registry-mirrors": []}' }, "the Docker daemon's configuration"],
    ['x.toml', { 'x.toml': HOSTS }, '"x.toml" has tables of a hosts.toml, and another name'],
    ['conf/hosts.toml', { 'conf/hosts.toml': HOSTS }, 'the directory "conf", which is named after no registry'],
  ])('is told: %s', (file, files, message) => {
    const problems = problemsOf(() => read(files, { files: [file] }));
    expect(problems).toMatchObject([{ input: 'registries-conf', message: expect.stringContaining(message) as string }]);
    expect(problems.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  it('is told all at once, with file and line', () => {
    const files = {
      'a.conf': '[[registry]]\nlocation = "https://a"',
      'a.conf.d/1.conf': 'x =',
      'b.yaml': 'kind: ImageTagMirrorSet',
    };
    const problems = problemsOf(() => read(files, { files: ['a.conf', 'b.yaml', 'c'], lines: ['x'] }));
    expect(problems.map(({ input, place }) => [input, place?.file, place?.line])).toEqual([
      ['registry-mirrors', undefined, undefined],
      ['registry[0].location', 'a.conf', 2],
      ['registries-conf', 'a.conf.d/1.conf', 1],
      ['apiVersion', 'b.yaml', 1],
      ['registries-conf', undefined, undefined],
    ]);
  });
});
