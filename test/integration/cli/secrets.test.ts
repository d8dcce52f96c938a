import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { leaksOf } from '../../support/leaks.ts';
import { buildpacksCi } from './command-line.ts';
import { type Answer, formsOf, startEchoingServer } from './echoing-server.ts';

/** In every secret; the rest of it has to be encoded nearly everywhere. */
const CANARY = 'canary5d1f';
const SECRET = `${CANARY}/@:% "é\\+${CANARY}`;
const PAIR = `ann:${SECRET}`;
const TOKEN = `${CANARY}.token.${CANARY}`;

/** Everything that a server can say, with what it was told in every form. */
const ECHOES: Readonly<Record<string, Answer>> = {
  'in the error of its body': (response, { secrets }) => {
    const errors = secrets.flatMap(formsOf).map((form) => ({ code: 'DENIED', message: `not with ${form}` }));
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
  },
  'in a body that is no JSON': (response, { secrets }) => {
    response
      .writeHead(500, { 'content-type': 'text/html' })
      .end(`<title>${secrets.flatMap(formsOf).join(' ')}</title>`);
  },
  'in an error at the end of long text': (response, { secrets }) => {
    const message = `${'long '.repeat(57)}${secrets.join(' ')}`;
    response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
  },
  'in a Location': (response, { secrets, request, origin }) => {
    const told = encodeURIComponent(secrets.flatMap(formsOf).join(' '));
    const again = request.url?.includes('told=') === true;
    if (again) response.writeHead(404).end();
    else response.writeHead(302, { location: `${origin}/v2/${told}?told=${told}#${told}` }).end();
  },
  'in a Location that is refused': (response, { secrets }) => {
    response.writeHead(302, { location: `ftp://${encodeURIComponent(secrets.join(' '))}@127.0.0.1/` }).end();
  },
  'in a challenge': (response, { secrets }) => {
    const told = encodeURIComponent(secrets.flatMap(formsOf).join(' '));
    response.writeHead(401, { 'www-authenticate': `Bearer realm="ftp://127.0.0.1/${told}",service="${told}"` }).end();
  },
  'in a challenge that nobody knows': (response, { secrets }) => {
    const told = secrets.map((secret) => Buffer.from(secret).toString('base64url')).join(', ');
    response.writeHead(401, { 'www-authenticate': `${told} realm="x"` }).end();
  },
  'in warnings': (response, { secrets }) => {
    const told = secrets
      .flatMap(formsOf)
      .map((form) => `299 - "${Buffer.from(form).toString('latin1').replace(/["\\]/g, '\\$&')}"`);
    response.setHeader('warning', told).writeHead(404).end();
  },
};

/** Asks how to authenticate, and then repeats what it is told. */
function wanting(challenge: string, echo: Answer): Answer {
  return (response, received) => {
    if (received.secrets.length > 0) echo(response, received);
    else response.writeHead(401, { 'www-authenticate': challenge }).end();
  };
}

/** Where credentials come from: the files in the user's home and the environment. */
type Place = (host: string) => {
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
};

const AUTH = Buffer.from(PAIR).toString('base64');
const PLACES: Readonly<Record<string, Place>> = {
  'registry-auth in a line': (host) => ({ environment: { BUILDPACKS_CI_REGISTRY_AUTH: `${host}=${PAIR}` } }),
  'registry-auth of the lifecycle': (host) => ({
    environment: { BUILDPACKS_CI_REGISTRY_AUTH: JSON.stringify({ [host]: `Basic ${AUTH}` }) },
  }),
  DOCKER_AUTH_CONFIG: (host) => ({
    environment: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth: AUTH } } }) },
  }),
  'the file of docker': (host) => ({
    files: { '.docker/config.json': JSON.stringify({ auths: { [host]: { username: 'ann', password: SECRET } } }) },
  }),
  'a helper': (host) => ({
    files: {
      '.docker/config.json': JSON.stringify({ credHelpers: { [host]: 'test' } }),
      'bin/docker-credential-test': `#!/bin/sh\ncat <<'END'\n${JSON.stringify({ Username: 'ann', Secret: SECRET })}\nEND\n`,
    },
  }),
};

async function inspect(
  image: string,
  { files = {}, environment = {} }: ReturnType<Place>,
  args: readonly string[] = [],
) {
  const home = await temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), content, { mode: 0o755 });
  }
  const work = path.join(home, 'work');
  await mkdir(work);
  const PATH = `${path.join(home, 'bin')}:${process.env['PATH'] ?? ''}`;
  return buildpacksCi(['inspect', image, '--json', '--log-level', 'debug', ...args], {
    directory: work,
    environment: { PATH, HOME: home, ...environment },
  });
}

function expectNothingOf({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  expect(leaksOf(stdout + stderr, CANARY)).toEqual([]);
}

describe('a registry that repeats a password', () => {
  test.each(Object.entries(ECHOES))('%s does not get it printed', async (_, echo) => {
    const { host, secrets } = await startEchoingServer(wanting('Basic realm="x"', echo));
    const outcome = await inspect(`${host}/app`, PLACES['registry-auth in a line']?.(host) ?? {});
    expect(secrets).toContain(PAIR);
    expect(outcome.status).not.toBe(0);
    expectNothingOf(outcome);
  });

  test.each(Object.entries(PLACES))('that it has from %s does not get it printed', async (_, place) => {
    const echo = ECHOES['in the error of its body'] ?? fail;
    const { host, secrets } = await startEchoingServer(wanting('Basic realm="x"', echo));
    const outcome = await inspect(`${host}/app`, place(host));
    expect(secrets).toContain(PAIR);
    expect(outcome.stderr).toContain('***');
    expectNothingOf(outcome);
  });
});

describe('a token service that repeats what it is told', () => {
  const service =
    (answer: Answer): Answer =>
    (response, received) => {
      const isService = received.request.url?.startsWith('/token') === true;
      if (isService && received.secrets.length > 0) answer(response, received);
      else if (received.secrets.length > 0) ECHOES['in the error of its body']?.(response, received);
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${received.origin}/token",service="x"` }).end();
    };
  const giving: Answer = (response) => {
    response.writeHead(200).end(JSON.stringify({ token: TOKEN, refresh_token: TOKEN }));
  };
  const refusing: Answer = (response, { secrets }) => {
    response.writeHead(401).end(JSON.stringify({ error_description: secrets.flatMap(formsOf).join(' ') }));
  };
  const credentials: Readonly<Record<string, object>> = {
    'a password': { auth: AUTH },
    'an identity token': { identitytoken: SECRET },
  };

  test.each(Object.entries(credentials))('does not get %s printed', async (_, entry) => {
    const { host, secrets } = await startEchoingServer(service(refusing));
    const config = JSON.stringify({ auths: { [host]: entry } });
    const outcome = await inspect(`${host}/app`, { environment: { DOCKER_AUTH_CONFIG: config } });
    expect(secrets.join('\n')).toContain(SECRET);
    expectNothingOf(outcome);
  });

  test.each(Object.entries(credentials))('does not get the token printed that it gave for %s', async (_, entry) => {
    const { host, secrets } = await startEchoingServer(service(giving));
    const config = JSON.stringify({ auths: { [host]: entry } });
    const outcome = await inspect(`${host}/app`, { environment: { DOCKER_AUTH_CONFIG: config } });
    expect(secrets).toContain(TOKEN);
    expectNothingOf(outcome);
  });

  test('does not get a registry token printed', async () => {
    const { host, secrets } = await startEchoingServer(
      wanting('Bearer realm="x"', ECHOES['in the error of its body'] ?? fail),
    );
    const config = JSON.stringify({ auths: { [host]: { registrytoken: TOKEN } } });
    const outcome = await inspect(`${host}/app`, { environment: { DOCKER_AUTH_CONFIG: config } });
    expect(secrets).toContain(TOKEN);
    expectNothingOf(outcome);
  });
});

describe('a proxy that repeats its password', () => {
  const url = (host: string) => `http://ann:${encodeURIComponent(SECRET)}@${host}`;
  const inputs = (host: string) => ({ BUILDPACKS_CI_HTTP_PROXY: url(host), BUILDPACKS_CI_HTTPS_PROXY: url(host) });
  const variables = (host: string) => ({ HTTP_PROXY: url(host), https_proxy: url(host) });
  /** Then the registry is no TLS server, and is asked in plain http. */
  const noTls = 'HTTP/1.1 200 OK\r\n\r\nno TLS';
  const echoes: Readonly<Record<string, Answer>> = {
    ...ECHOES,
    'when it wants another one': (response, { secrets }) => {
      const told = secrets.flatMap(formsOf);
      response.writeHead(407, { 'proxy-authenticate': `Basic realm="${encodeURIComponent(told.join(' '))}"` });
      response.end(told.join('\n'));
    },
  };

  test.each(Object.entries(echoes))('%s does not get it printed', async (_, echo) => {
    for (const tunnel of [undefined, noTls]) {
      const { host, secrets } = await startEchoingServer(echo, tunnel);
      const args = ['--insecure-registries', 'registry.example'];
      const outcome = await inspect('registry.example/app', { environment: inputs(host) }, args);
      expect(secrets).toContain(PAIR);
      expect(outcome.status).not.toBe(0);
      expectNothingOf(outcome);
    }
  });

  test('that the environment names does not get it printed', async () => {
    const { host, secrets } = await startEchoingServer(echoes['when it wants another one'] ?? fail);
    const outcome = await inspect('registry.example/app', { environment: variables(host) });
    expect(secrets).toContain(PAIR);
    expectNothingOf(outcome);
  });
});

test.each([[], ['--check'], ['--check', '--json']])('doctor prints none of them: %s %s', async (...args: string[]) => {
  const { host, secrets } = await startEchoingServer(
    wanting('Basic realm="x"', ECHOES['in the error of its body'] ?? fail),
  );
  const images = [`${host}/app`, '--builder', `${host}/builder`];
  const proxy = `http://ann:${encodeURIComponent(SECRET)}@${host}`;
  const outcome = await buildpacksCi(['doctor', ...images, '--log-level', 'debug', ...args], {
    directory: await temporaryDirectory(),
    environment: { BUILDPACKS_CI_REGISTRY_AUTH: `${host}=${PAIR}`, HTTPS_PROXY: proxy, HTTP_PROXY: proxy },
  });
  expect(secrets.includes(PAIR)).toBe(args.includes('--check'));
  expectNothingOf(outcome);
});

describe('values that can not be read are not quoted', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['registry-auth', { BUILDPACKS_CI_REGISTRY_AUTH: `registry.example=${SECRET.replaceAll(':', '')}` }],
    [
      'registry-auth in JSON',
      { BUILDPACKS_CI_REGISTRY_AUTH: `{"auths": {"registry.example": {"auth": "${CANARY}!"}}` },
    ],
    ['registry-auth taken for a path', { BUILDPACKS_CI_REGISTRY_AUTH: CANARY }],
    ['DOCKER_AUTH_CONFIG', { DOCKER_AUTH_CONFIG: `{"auths": {"registry.example": {"auth": "${CANARY}!"}}}` }],
    ['http-proxy', { BUILDPACKS_CI_HTTP_PROXY: `http://ann:${SECRET}@proxy` }],
    ['HTTPS_PROXY', { HTTPS_PROXY: `ann:${SECRET}@proxy:port` }],
    ['build-http-proxy', { BUILDPACKS_CI_BUILD_HTTP_PROXY: `http://ann:${CANARY}@proxy` }],
  ])('%s', async (name, environment) => {
    const { host } = await startEchoingServer(wanting('Basic realm="x"', ECHOES['in a Location'] ?? fail));
    const isOfBuilds = name.startsWith('build-');
    const command = isOfBuilds ? ['build', '--builder', `${host}/builder`] : ['inspect'];
    const outcome = await buildpacksCi([...command, `${host}/app`, '--log-level', 'debug'], {
      directory: await temporaryDirectory(),
      environment,
    });
    const [input = ''] = name.split(' ');
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringContaining(input) as string });
    expectNothingOf(outcome);
  });
});

test('a canary is found in any form', () => {
  expect(formsOf(SECRET).filter((form) => leaksOf(form, CANARY).length === 0)).toEqual([]);
});

function fail(): never {
  throw new Error('there is no such echo');
}
