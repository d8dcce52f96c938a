import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCKER_HUB } from '../../src/reference/index.ts';
import { readRegistryAuth } from '../../src/auth/index.ts';
import { directoryWith, pair, repository, setupAuth } from './setup.ts';

const HOST = 'registry.example';

function config(content: object): string {
  return JSON.stringify(content);
}

function passwordConfig(password: string): string {
  return config({ auths: { [HOST]: { auth: pair(`user:${password}`) } } });
}

describe('an entry of a file', () => {
  it.each<[string, object, unknown]>([
    ['auth', { auth: pair('bob:pa:ss') }, { kind: 'basic', username: 'bob', password: 'pa:ss' }],
    ['auth padded with NULs', { auth: pair('bob:pass\0\0') }, { kind: 'basic', username: 'bob', password: 'pass' }],
    ['username and password', { username: 'bob', password: 'x' }, { kind: 'basic', username: 'bob', password: 'x' }],
    ['identity token', { auth: pair('0000:'), identitytoken: 't' }, { kind: 'identity-token', token: 't' }],
    ['registry token', { registrytoken: 't' }, { kind: 'bearer', token: 't' }],
    ['nothing', {}, undefined],
  ])('with %s', async (_, entry, expected) => {
    const home = await directoryWith({ '.docker/config.json': config({ auths: { [HOST]: entry } }) });
    expect(await setupAuth({ home }).credentials.lookup(repository(HOST))).toEqual(expected);
  });

  it('that is empty leaves the less specific one to answer', async () => {
    const auths = { [`${HOST}/app`]: {}, [HOST]: { auth: pair('bob:x') } };
    const home = await directoryWith({ '.docker/config.json': config({ auths }) });
    expect(await setupAuth({ home }).credentials.lookup(repository(HOST))).toMatchObject({ username: 'bob' });
  });
});

describe('files', () => {
  const files = {
    'named.json': passwordConfig('named'),
    'run/containers/auth.json': passwordConfig('runtime'),
    'xdg/containers/auth.json': passwordConfig('xdg'),
    '.config/containers/auth.json': passwordConfig('home'),
    'docker/config.json': passwordConfig('docker-config'),
    'docker/.dockerconfigjson': passwordConfig('secret'),
    '.docker/config.json': passwordConfig('docker-home'),
  };

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['named', { REGISTRY_AUTH_FILE: 'named.json', XDG_RUNTIME_DIR: 'run', DOCKER_CONFIG: 'docker' }, []],
    ['runtime', { XDG_RUNTIME_DIR: 'run', XDG_CONFIG_HOME: 'xdg' }, []],
    ['xdg', { XDG_CONFIG_HOME: 'xdg', DOCKER_CONFIG: 'docker' }, []],
    ['home', { DOCKER_CONFIG: 'docker' }, []],
    ['docker-config', { DOCKER_CONFIG: 'docker' }, ['.config/containers/auth.json']],
    ['secret', { DOCKER_CONFIG: 'docker' }, ['.config/containers/auth.json', 'docker/config.json']],
    ['docker-home', {}, ['.config/containers/auth.json']],
  ])('are asked in order: %s', async (expected, variables, absent) => {
    const present = Object.entries(files).filter(([name]) => !absent.includes(name));
    const home = await directoryWith(Object.fromEntries(present));
    const environment = Object.fromEntries(Object.entries(variables).map(([name, path]) => [name, `${home}/${path}`]));
    const credential = await setupAuth({ home, environment }).credentials.lookup(repository(HOST));
    expect(credential).toMatchObject({ password: expected });
  });

  it('that have nothing for the registry are passed over', async () => {
    const home = await directoryWith({
      '.config/containers/auth.json': config({ auths: { 'other.example': { auth: pair('a:b') } } }),
      '.docker/config.json': passwordConfig('docker'),
    });
    const credential = await setupAuth({ home }).credentials.lookup(repository(HOST));
    expect(credential).toMatchObject({ password: 'docker' });
  });

  it('give way to DOCKER_AUTH_CONFIG', async () => {
    const home = await directoryWith(files);
    const environment = { DOCKER_AUTH_CONFIG: passwordConfig('inline') };
    const credential = await setupAuth({ home, environment }).credentials.lookup(repository(HOST));
    expect(credential).toMatchObject({ password: 'inline' });
  });

  it('give way to the input registry-auth', async () => {
    const home = await directoryWith(files);
    const registryAuth = readRegistryAuth(`${HOST}=user:explicit`, { workingDirectory: home });
    const environment = { DOCKER_AUTH_CONFIG: passwordConfig('inline') };
    const credential = await setupAuth({ home, environment, registryAuth }).credentials.lookup(repository(HOST));
    expect(credential).toMatchObject({ password: 'explicit' });
  });

  it.each(['XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME'])('are not looked for below a relative %s', async (variable) => {
    const workingDirectory = await directoryWith({ 'here/containers/auth.json': passwordConfig('planted') });
    const environment = { [variable]: 'here' };
    const { credentials } = setupAuth({ workingDirectory, environment });
    expect(await credentials.lookup(repository(HOST))).toBeUndefined();
  });

  it('that are no JSON are an error that names them', async () => {
    const home = await directoryWith({ '.docker/config.json': '}{' });
    const lookup = setupAuth({ home }).credentials.lookup(repository(HOST));
    await expect(lookup).rejects.toMatchObject({ code: 'input' });
    await expect(lookup).rejects.toThrow(`${home}/.docker/config.json`);
  });

  it('with an auth that is no pair are an error that names the key, not the secret', async () => {
    const secret = pair('no colon');
    const home = await directoryWith({ '.docker/config.json': config({ auths: { [HOST]: { auth: secret } } }) });
    const error: unknown = await setupAuth({ home })
      .credentials.lookup(repository(HOST))
      .catch((reason: unknown) => reason);
    expect(String(error)).toContain(HOST);
    expect(String(error)).not.toContain(secret);
  });
});

describe('a credential helper', () => {
  const answer = { status: 0, stdout: JSON.stringify({ ServerURL: HOST, Username: 'bob', Secret: 's3cret' }) };

  it('named for the registry comes before the entries', async () => {
    const home = await directoryWith({
      'bin/docker-credential-corp': '',
      '.docker/config.json': config({ credHelpers: { [HOST]: 'corp' }, auths: { [HOST]: { auth: pair('a:b') } } }),
    });
    const { credentials, commands } = setupAuth({ home, environment: { PATH: `${home}/bin` }, helper: answer });
    expect(await credentials.lookup(repository(HOST))).toEqual({ kind: 'basic', username: 'bob', password: 's3cret' });
    expect(commands.map(({ file, args, input }) => [file, args, String(input as Uint8Array)])).toEqual([
      [`${home}/bin/docker-credential-corp`, ['get'], HOST],
    ]);
  });

  it('for all registries comes after them', async () => {
    const home = await directoryWith({
      'bin/docker-credential-store': '',
      '.docker/config.json': config({
        credsStore: 'store',
        auths: { [HOST]: { auth: pair('a:b') }, [DOCKER_HUB]: {} },
      }),
    });
    const { credentials, commands } = setupAuth({ home, environment: { PATH: `${home}/bin` }, helper: answer });
    expect(await credentials.lookup(repository(HOST))).toMatchObject({ username: 'a' });
    expect(await credentials.lookup(repository(DOCKER_HUB, 'library/x'))).toMatchObject({ username: 'bob' });
    expect(commands.map(({ input }) => String(input as Uint8Array))).toEqual(['https://index.docker.io/v1/']);
  });

  it('is asked once for all repositories of a registry', async () => {
    const { credentials, commands } = await namedHelper({ helper: answer });
    await Promise.all([credentials.lookup(repository(HOST, 'a')), credentials.lookup(repository(HOST, 'b'))]);
    expect(commands).toHaveLength(1);
  });

  it('gives an identity token with the user <token>', async () => {
    const helper = { status: 0, stdout: JSON.stringify({ Username: '<token>', Secret: 't' }) };
    const { credentials } = await namedHelper({ helper });
    expect(await credentials.lookup(repository(HOST))).toEqual({ kind: 'identity-token', token: 't' });
  });

  it('without an answer leaves the registry anonymous, silently', async () => {
    const { credentials, warnings } = await namedHelper({});
    expect(await credentials.lookup(repository(HOST))).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('that fails is a warning', async () => {
    const { credentials, warnings } = await namedHelper({ helper: { status: 1, stdout: 'the vault is locked' } });
    expect(await credentials.lookup(repository(HOST))).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('the vault is locked')]);
  });

  it('that is missing is an error when it is named for this registry', async () => {
    const home = await directoryWith({ '.docker/config.json': config({ credHelpers: { [HOST]: 'absent' } }) });
    const { credentials } = setupAuth({ home });
    await expect(credentials.lookup(repository(HOST))).rejects.toThrow('docker-credential-absent');
    expect(await credentials.lookup(repository('other.example'))).toBeUndefined();
  });

  it('that is missing is a warning when it is the store for all', async () => {
    const home = await directoryWith({ '.docker/config.json': config({ credsStore: 'absent' }) });
    const { credentials, warnings } = setupAuth({ home });
    expect(await credentials.lookup(repository(HOST))).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('docker-credential-absent')]);
  });

  it.each(['../evil', 'a b', 'x;y', ''])('with the name "%s" is refused or ignored', async (name) => {
    const home = await directoryWith({ '.docker/config.json': config({ credsStore: name }) });
    const { credentials, commands } = setupAuth({ home, environment: { PATH: `${home}/bin` } });
    await credentials.lookup(repository(HOST));
    expect(commands).toEqual([]);
  });

  it('of registry-auth that fails is an error', async () => {
    const home = await directoryWith({ 'bin/docker-credential-corp': '' });
    const registryAuth = readRegistryAuth(config({ credsStore: 'corp' }), { workingDirectory: home });
    const helper = { status: 1, stdout: 'the vault is locked' };
    const { credentials } = setupAuth({ home, environment: { PATH: `${home}/bin` }, helper, registryAuth });
    await expect(credentials.lookup(repository(HOST))).rejects.toThrow('the vault is locked');
  });

  it("gets the job's environment, without what a checkout could put on its PATH", async () => {
    const home = await directoryWith({
      'bin/docker-credential-corp': '',
      'app/.git/HEAD': '',
      'app/service/tool': '',
      '.docker/config.json': config({ credsStore: 'corp' }),
    });
    const PATH = [`${home}/app/node_modules/.bin`, `${home}/app/service`, 'bin', `${home}/bin`].join(':');
    const environment = { PATH, AWS_PROFILE: 'ci', HTTPS_PROXY: 'http://proxy:3128' };
    const { credentials, commands } = setupAuth({ home, environment, workingDirectory: `${home}/app/service` });
    await credentials.lookup(repository(HOST));
    expect(commands.map((command) => command.environment)).toEqual([{ ...environment, PATH: `${home}/bin` }]);
    expect(commands.map((command) => command.directory)).toEqual(['/']);
  });

  it.each<[string, string, string]>([
    ['is a link into the checkout', 'outside/docker-credential-corp', 'app/program'],
    ['is a link out of the checkout', 'app/bin/docker-credential-corp', 'program'],
    ['is in a directory that is a link into the checkout', 'outside', 'app/bin'],
    ['is in a directory that is a link out of the checkout', 'app/bin', 'tools'],
  ])('is not run when it %s', async (_, link, target) => {
    const home = await directoryWith({
      program: '',
      'app/program': '',
      'tools/docker-credential-corp': '',
      '.docker/config.json': config({ credHelpers: { [HOST]: 'corp' } }),
    });
    const entry = link.replace('/docker-credential-corp', '');
    await mkdir(dirname(join(home, link)), { recursive: true });
    if (target === 'app/bin') await cp(join(home, 'tools'), join(home, target), { recursive: true });
    await symlink(join(home, target), join(home, link));
    const { credentials, commands } = setupAuth({
      home,
      environment: { PATH: `${home}/${entry}` },
      untrusted: [`${home}/app`],
    });
    await expect(credentials.lookup(repository(HOST))).rejects.toThrow('not on the PATH');
    expect(commands).toEqual([]);
  });

  it.each(['bin', '.', '', 'tools/../bin'])(
    'is not taken from the working directory by the PATH entry "%s"',
    async (entry) => {
      const home = await directoryWith({
        'bin/docker-credential-corp': '',
        '.docker/config.json': config({ credHelpers: { [HOST]: 'corp' } }),
      });
      for (const path of [entry, `${home}/${entry}`]) {
        const { credentials, commands } = setupAuth({ home, workingDirectory: home, environment: { PATH: path } });
        await expect(credentials.lookup(repository(HOST))).rejects.toThrow('not on the PATH');
        expect(commands).toEqual([]);
      }
    },
  );
});

describe('secrets', () => {
  it.each<[string, object, readonly string[]]>([
    ['a password', { auth: pair('user:p@ss/word') }, ['p@ss/word', 'user:p@ss/word']],
    ['a user that is a token', { auth: pair('token:') }, ['token', 'token:']],
    ['an identity token', { identitytoken: 'refresh' }, ['refresh', '<token>:refresh']],
    ['a registry token', { registrytoken: 'bearer' }, ['bearer', '<token>:bearer']],
  ])('are masked before they are given: %s', async (_, entry, expected) => {
    const home = await directoryWith({ '.docker/config.json': config({ auths: { [HOST]: entry } }) });
    const { credentials, masked } = setupAuth({ home });
    await credentials.lookup(repository(HOST));
    expect(masked).toEqual(expected);
  });

  it('of registry-auth are masked before anybody asks', () => {
    const registryAuth = readRegistryAuth(`${HOST}=user:explicit`, { workingDirectory: '/' });
    expect(setupAuth({ registryAuth }).masked).toEqual(['explicit', 'user:explicit']);
  });
});

describe('an explanation', () => {
  it.each<[string, object, object]>([
    [
      'an entry',
      { auths: { [`https://${HOST}/v2/`]: { auth: pair('bob:x') } } },
      { key: `https://${HOST}/v2/`, kind: 'basic', username: 'bob' },
    ],
    ['a token', { auths: { [`${HOST}/app`]: { identitytoken: 't' } } }, { key: `${HOST}/app`, kind: 'identity-token' }],
    [
      'a named helper',
      { credHelpers: { [HOST]: 'corp' } },
      { key: HOST, helper: 'corp', kind: 'basic', username: 'bob' },
    ],
    ['the helper for all', { credsStore: 'corp' }, { helper: 'corp', kind: 'basic', username: 'bob' }],
  ])('names %s and no secret', async (_, content, expected) => {
    const home = await directoryWith({ 'bin/docker-credential-corp': '', '.docker/config.json': config(content) });
    const helper = { status: 0, stdout: JSON.stringify({ Username: 'bob', Secret: 's3cret' }) };
    const { credentials } = setupAuth({ home, environment: { PATH: `${home}/bin` }, helper });
    expect(await credentials.explain(repository(HOST))).toEqual({ source: `${home}/.docker/config.json`, ...expected });
  });

  it('is absent for a stranger', async () => {
    expect(await setupAuth({}).credentials.explain(repository(HOST))).toBeUndefined();
  });
});

async function namedHelper(options: Pick<Parameters<typeof setupAuth>[0], 'helper'>) {
  const home = await directoryWith({
    'bin/docker-credential-corp': '',
    '.docker/config.json': config({ credHelpers: { [HOST]: 'corp' } }),
  });
  return setupAuth({ home, environment: { PATH: `${home}/bin` }, ...options });
}
