import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseInputs } from '../../src/inputs/index.ts';
import { SAFE_VARIABLES } from '../../src/trust/index.ts';
import { makeContext, makeTree, messagesOf, parse, problemsOf } from './support.ts';

describe('what is absent', () => {
  test.each([
    ['empty text', ''],
    ['blanks', ' \n'],
    ['an empty array', []],
    ['undefined', undefined],
  ])('%s means the default', (_, value) => {
    const request = parse({ engine: value, 'git-directory': value, tags: value, uid: value, 'creation-time': value });

    expect(request).toMatchObject({ engine: 'auto', gitDirectory: false, creationTime: { kind: 'none' } });
    expect(request.uid).toBeUndefined();
  });

  test('the defaults make a request', () => {
    const workingDirectory = makeTree();

    expect(parse({}, { workingDirectory })).toEqual({
      destinations: [{ kind: 'tag', repository: { registry: 'registry.example', path: 'app' }, tag: 'latest' }],
      publish: true,
      outputs: [],
      labels: {},
      annotations: {},
      creationTime: { kind: 'none' },
      previousImage: { kind: 'auto' },
      app: { kind: 'directory', path: workingDirectory },
      gitDirectory: false,
      sourceMetadata: 'none',
      builder: {
        kind: 'registry',
        reference: { kind: 'tag', repository: { registry: 'registry.example', path: 'builder' }, tag: 'latest' },
      },
      allowBuilderTag: false,
      buildpacks: [],
      preBuildpacks: [],
      postBuildpacks: [],
      policies: [],
      disableSystemBuildpacks: false,
      platform: { os: 'linux', architecture: 'amd64' },
      environment: {},
      bindings: [],
      volumes: [],
      execEnv: 'production',
      cache: {
        mode: 'write',
        clear: false,
        stores: [],
        suffix: '',
        maxBytes: 2_000_000_000,
        scopes: { own: 'default', read: ['default'] },
        verifyKeys: [],
      },
      engine: 'auto',
      network: 'default',
      connection: {
        insecureRegistries: [],
        proxies: {
          variables: { httpProxy: '', httpsProxy: '', noProxy: '', cgi: false },
          sources: { http: 'http-proxy', https: 'https-proxy' },
        },
        buildProxies: {},
        certificateVariables: SAFE_VARIABLES,
        embedCertificates: false,
        clientCertificates: new Map(),
        mirrors: { rules: [], notices: [] },
      },
      logLevel: 'info',
      trust: {
        level: 'trusted',
        publish: true,
        cacheMode: 'write',
        projectTomlMay: { builder: true, foreignBuildpacks: true },
        volumes: true,
        lockOfCheckout: true,
        notices: [],
      },
      notices: [],
    });
  });
});

test('everything that is wrong is told at once', () => {
  expect(
    messagesOf({
      image: 'registry.example/a//b',
      path: 'missing',
      engine: 'vm',
      uid: '-1',
      env: '1=2',
      buildpacks: './missing',
      frobnicate: 'x',
    }),
  ).toEqual([
    'frobnicate: there is no input "frobnicate"',
    'image: "registry.example/a//b" is not an image reference: "" is not a repository path component',
    'path: "missing" does not exist',
    'buildpacks: "./missing" does not exist',
    'env: "1" is not a name for a variable',
    'uid: "-1" is not a whole number from 0 to 2147483647',
    'engine: "vm" is not one of its values',
  ]);
});

test('a value that is read in several places is wrong once', () => {
  expect(messagesOf({ publish: 'maybe' })).toEqual(['publish: "maybe" is not one of its values']);
});

describe('values by type', () => {
  test.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
  ])('the boolean %s', (text, value) => {
    expect(parse({ 'clear-cache': text }).cache.clear).toBe(value);
  });

  test.each(['yes', 'on', '1', 'tRUE', 'no'])('"%s" is no boolean', (text) => {
    expect(messagesOf({ 'clear-cache': text })).toEqual([`clear-cache: "${text}" is not a boolean`]);
  });

  test('an unknown value of a choice lists those that there are', () => {
    const [problem] = problemsOf(() => parse({ 'log-level': 'loud' }));

    expect(problem?.hint).toBe('Write one of error, warn, info, debug.');
  });

  test.each([
    ['0', 0],
    ['2147483647', 2_147_483_647],
  ])('the number %s', (text, value) => {
    expect(parse({ gid: text }).gid).toBe(value);
  });

  test('root is no user for buildpacks', () => {
    expect(messagesOf({ uid: '0' })).toEqual(['uid: "0" is root, and buildpacks never run as root']);
  });

  test.each(['2147483648', '1.5', '0x10', '-1', '1 000', 'root'])('"%s" is no number', (text) => {
    expect(messagesOf({ gid: text })).toEqual([`gid: "${text}" is not a whole number from 0 to 2147483647`]);
  });

  test('a list has one item per line, or one per element', () => {
    const references = (tags: string | string[]) => parse({ tags }).destinations.map((reference) => reference.tag);

    expect(references('a\n\n  b \r\nc')).toEqual(['a', 'b', 'c']);
    expect(references(['a', '', ' b '])).toEqual(['a', 'b']);
  });

  test('a single value is given once', () => {
    expect(messagesOf({ image: ['a/b', 'a/c'] })[0]).toBe('image: it was given 2 times and takes one value');
  });
});

describe('names that are no inputs', () => {
  test.each([
    ['push', 'Use "publish": auto, true or false.'],
    ['context', 'Use "path" for the app directory.'],
    ['build-args', 'Use "env", one K=V per line.'],
    ['tag', 'Use "tags", one per line.'],
    ['buildpack', 'Use "buildpacks", one per line.'],
    ['biulder', 'Did you mean "builder"?'],
    ['run-imag', 'Did you mean "run-image"?'],
    ['RunImage', 'Did you mean "run-image"?'],
    ['entirely-different', 'All inputs are listed in docs/inputs.md.'],
  ])('%s: %s', (name, hint) => {
    expect(problemsOf(() => parse({ [name]: 'x' }))).toEqual([
      { input: name, message: `there is no input "${name}"`, hint },
    ]);
  });

  test.each(['file', 'secrets', 'build-arg', 'platforms', 'cache-from', 'outputs', 'env-file'])(
    '%s, given by habit, gets advice',
    (name) => {
      expect(problemsOf(() => parse({ [name]: 'x' }))[0]?.hint).toMatch(/[Uu]se "/);
    },
  );

  test('an unknown name without a value is nothing', () => {
    expect(messagesOf({ push: '', context: undefined })).toEqual([]);
  });
});

describe('path and descriptor', () => {
  test('a zip-formatted file is an app', () => {
    const workingDirectory = makeTree({ 'app.jar': Buffer.from('504b030414000000', 'hex') });

    expect(parse({ path: 'app.jar' }, { workingDirectory }).app).toEqual({
      kind: 'archive',
      path: path.join(workingDirectory, 'app.jar'),
    });
  });

  test.each([['app.zip'], ['empty']])('%s, a file that is no zip, is refused', (name) => {
    const workingDirectory = makeTree({ 'app.zip': 'text', empty: '' });

    expect(messagesOf({ path: name }, { workingDirectory })).toEqual([
      `path: "${name}" is neither a directory nor a file in zip format (zip, jar, war)`,
    ]);
  });

  test('project.toml in the app is taken', () => {
    const workingDirectory = makeTree({ 'app/project.toml': '' });

    expect(parse({ path: 'app' }, { workingDirectory }).descriptor).toBe(
      path.join(workingDirectory, 'app/project.toml'),
    );
    expect(parse({}, { workingDirectory }).descriptor).toBeUndefined();
  });

  test.each([
    ['missing.toml', 'descriptor: "missing.toml" does not exist'],
    ['app', 'descriptor: "app" is no file'],
  ])('the descriptor %s is refused', (descriptor, message) => {
    expect(messagesOf({ descriptor }, { workingDirectory: makeTree({ 'app/': '' }) })).toEqual([message]);
  });
});

describe('where the image goes', () => {
  test.each([
    ['out', 'oci:out', { kind: 'oci', path: 'out' }],
    ['out.tar', 'oci-archive:out.tar', { kind: 'oci-archive', path: 'out.tar' }],
  ])('without an image it can be written to %s', (_, output, expected) => {
    const workingDirectory = makeTree();
    const request = parse({ image: '', output }, { workingDirectory });

    expect(request).toMatchObject({ destinations: [], publish: false });
    expect(request.outputs).toEqual([{ ...expected, path: path.join(workingDirectory, expected.path) }]);
  });

  test.each([
    [{}, 'image: it is missing'],
    [{ output: 'oci:out', publish: 'true' }, 'image: it is missing, and "publish" needs a place for the image'],
    [{ output: 'oci:out', load: 'true' }, 'image: it is missing, and "load" needs a name for the image'],
    [{ publish: 'false' }, 'image: it is missing'],
  ])('no image and %j: %s', (raw, message) => {
    expect(messagesOf({ image: '', ...raw })).toEqual([message]);
  });

  test.each([
    ['docker:out', '"docker:out" is not a place for an image'],
    ['oci:', '"oci:" is not a place for an image'],
    ['oci:file', '"file" is a file and oci: needs a directory'],
    ['oci-archive:directory', '"directory" is a directory and oci-archive: needs a file'],
    ['oci:full', '"full" holds files and is no OCI layout'],
  ])('output %s is refused', (output, message) => {
    const workingDirectory = makeTree({ file: '', 'directory/': '', 'full/notes.txt': '' });

    expect(messagesOf({ output }, { workingDirectory })).toEqual([`output: ${message}`]);
  });

  test.each(['oci:layout', 'oci:empty', 'oci:new/below', 'oci-archive:archive.tar'])('output %s is taken', (output) => {
    const tree = { 'layout/oci-layout': '{}', 'layout/index.json': '{}', 'empty/': '', 'archive.tar': 'old' };

    expect(messagesOf({ output }, { workingDirectory: makeTree(tree) })).toEqual([]);
  });

  test.each([
    { output: 'oci:file/below' },
    { output: 'oci-archive:file/deep/below.tar' },
    { 'sbom-directory': 'file/below' },
    { 'report-directory': 'file/below' },
  ])('%j is refused before the build, since it can not be made', (raw) => {
    const workingDirectory = makeTree({ file: '' });
    const [[input, text]] = Object.entries(raw) as [[string, string]];
    const place = text.replace(/^[^:]*:/, '');
    const obstacle = path.join(workingDirectory, 'file');

    expect(messagesOf(raw, { workingDirectory })).toEqual([
      `${input}: "${place}" can't be written: "${obstacle}" is no directory that we may write to`,
    ]);
  });

  describe('a link in the working directory', () => {
    const linked = (target: string) => {
      const workingDirectory = makeTree({ 'inside/': '' });
      symlinkSync(target, path.join(workingDirectory, 'link'));
      return workingDirectory;
    };
    const INPUTS = [
      { output: 'oci:link' },
      { output: 'oci:link/new' },
      { output: 'oci-archive:link/image.tar' },
      { 'sbom-directory': 'link' },
      { 'report-directory': 'link/new/report' },
    ];

    test.each(INPUTS)('does not lead %j out of it', (raw) => {
      const elsewhere = makeTree();
      expect(messagesOf(raw, { workingDirectory: linked(elsewhere) })).toEqual([
        expect.stringMatching(/leads out of the working directory by a link, to "/),
      ]);
    });

    test.each(INPUTS)('may lead %j to another place in it', (raw) => {
      expect(messagesOf(raw, { workingDirectory: linked('inside') })).toEqual([]);
    });

    test('may be the working directory itself', () => {
      const workingDirectory = path.join(linked(makeTree()), 'link');
      expect(messagesOf({ 'sbom-directory': 'sbom' }, { workingDirectory })).toEqual([]);
    });

    test('is of no matter to a place that was named outside of it', () => {
      const outside = path.join(linked(makeTree()), 'link/sbom');
      expect(messagesOf({ 'sbom-directory': outside })).toEqual([]);
    });
  });

  test.each([
    ['true', 'auto'],
    ['docker', 'docker'],
    ['podman', 'podman'],
    ['false', undefined],
  ])('load %s', (load, expected) => {
    expect(parse({ load }).load).toBe(expected);
  });
});

describe('single values with forms of their own', () => {
  test.each([
    ['docker://local/builder', { kind: 'engine', name: 'local/builder' }],
    ['oci:layout', { kind: 'layout' }],
    [
      'builder:1',
      {
        kind: 'registry',
        reference: { kind: 'tag', repository: { registry: 'index.docker.io', path: 'library/builder' }, tag: '1' },
      },
    ],
  ])('builder %s', (builder, expected) => {
    const workingDirectory = makeTree({ 'layout/index.json': '{}' });

    expect(parse({ builder }, { workingDirectory }).builder).toMatchObject(expected);
  });

  test.each([
    ['oci:missing', 'builder: "missing" is no OCI layout: it has no index.json'],
    ['docker://', 'builder: "" is not an image reference: it has no name'],
    ['Bad Name', 'builder: "Bad Name" is not an image reference: "Bad Name" is not a repository path component'],
  ])('builder %s is refused', (builder, message) => {
    expect(messagesOf({ builder })).toEqual([message]);
  });

  test('no builder is left to project.toml', () => {
    expect(parse({ builder: '' }).builder).toBeUndefined();
  });

  test.each([
    ['none', { kind: 'none' }],
    ['now', { kind: 'now' }],
    ['commit', { kind: 'commit', seconds: 7 }],
    ['1700000000', { kind: 'at', seconds: 1_700_000_000 }],
  ])('creation-time %s', (text, expected) => {
    expect(parse({ 'creation-time': text }, { facts: { trust: 'trusted', commitTime: 7 } }).creationTime).toEqual(
      expected,
    );
  });

  test.each(['yesterday', '-1', '1.5'])('creation-time %s is refused', (text) => {
    expect(messagesOf({ 'creation-time': text })).toEqual([`creation-time: "${text}" is not a time`]);
  });

  test.each([
    ['none', { kind: 'none' }],
    ['registry.example/app:1', { kind: 'image', reference: { tag: '1' } }],
  ])('previous-image %s', (text, expected) => {
    expect(parse({ 'previous-image': text }).previousImage).toMatchObject(expected);
  });

  test.each([
    ['linux/arm64', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm/v7', { os: 'linux', architecture: 'arm', variant: 'v7' }],
  ])('platform %s', (text, expected) => {
    expect(parse({ platform: text }).platform).toEqual(expected);
  });

  test.each([
    ['linux/amd64,linux/arm64', 'names more than one platform'],
    ['linux/amd64\nlinux/arm64', 'names more than one platform'],
    ['amd64', 'is not a platform'],
    ['windows/amd64', "can't be built for"],
  ])('platform %j is refused', (text, message) => {
    expect(messagesOf({ platform: text })[0]).toContain(message);
  });

  test.each([
    ['Registry.Local:5000', 'registry.local:5000'],
    ['[::1]:5000', '[::1]:5000'],
  ])('insecure-registries %s', (text, expected) => {
    expect(parse({ 'insecure-registries': text }).connection.insecureRegistries).toEqual([expected]);
  });

  test('insecure-registries takes hosts, not URLs', () => {
    const [problem] = problemsOf(() => parse({ 'insecure-registries': 'http://registry.local:5000/v2/' }));

    expect(problem?.hint).toBe('Write the host alone: registry.local:5000.');
  });

  test.each([
    '*.local',
    '10.0.0.0/8',
    '::1',
    'a.local,b.local',
    'registry.local:65536',
    'registry.local:0',
    '1.2.3.4.5',
  ])('insecure-registries takes exact hosts, not %j', (text) => {
    const [problem] = problemsOf(() => parse({ 'insecure-registries': text }));

    expect(problem?.hint).toMatch(/^Write host or host:port, one per line/);
  });

  test('cache-store and the directories for reports become absolute paths', () => {
    const workingDirectory = makeTree();
    const request = parse(
      {
        'cache-store': 'dir:cache',
        'sbom-directory': 'sbom',
        'report-directory': path.join(workingDirectory, 'reports'),
      },
      { workingDirectory },
    );

    expect(request.cache.stores).toEqual([{ kind: 'dir', path: path.join(workingDirectory, 'cache') }]);
    expect(request).toMatchObject({
      sbomDirectory: path.join(workingDirectory, 'sbom'),
      reportDirectory: path.join(workingDirectory, 'reports'),
    });
  });

  test.each(['host', 'none', 'ci_default.1'])('network %s', (network) => {
    expect(parse({ network }).network).toBe(network);
  });

  test.each([
    [{ network: 'container:other' }, 'network: "container:other" is not a name'],
    [{ network: '--privileged' }, 'network: "--privileged" is not a name'],
    [{ network: 'host', engine: 'rootfs' }, 'network: "host" needs a container engine and "engine" is rootfs'],
    [{ 'default-process': 'web server' }, 'default-process: "web server" is not a name'],
    [{ 'exec-env': 'a/b' }, 'exec-env: "a/b" is not a name'],
  ])('%j is refused', (raw, message) => {
    expect(messagesOf(raw)).toEqual([message]);
  });
});

describe('untrusted runs', () => {
  const facts = { trust: 'untrusted' } as const;

  test('nothing is published, the cache is read', () => {
    expect(parse({}, { facts })).toMatchObject({ publish: false, cache: { mode: 'read' } });
  });

  test('volumes are refused', () => {
    expect(messagesOf({ volumes: '/tmp:/data' }, { facts })).toEqual([
      'volumes: an untrusted run may not see files of this machine',
    ]);
  });

  test('no image is needed when nothing is published and the image is written to disk', () => {
    const context = makeContext({ facts });

    expect(parseInputs({ builder: 'a/b', output: 'oci:out' }, context).destinations).toEqual([]);
  });
});
