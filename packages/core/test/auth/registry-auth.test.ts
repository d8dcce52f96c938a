import { describe, expect, it } from 'vitest';
import { readRegistryAuth } from '../../src/auth/index.ts';
import { InputError } from '../../src/errors/index.ts';
import { directoryWith, pair, repository, setupAuth } from './setup.ts';

const HOST = 'registry.example';

function lookup(text: string | readonly string[], path = 'team/app', workingDirectory = '/nonexistent') {
  const registryAuth = readRegistryAuth(text, { workingDirectory });
  return setupAuth({ registryAuth }).credentials.lookup(repository(HOST, path));
}

function problemsOf(text: string, workingDirectory = '/nonexistent') {
  try {
    readRegistryAuth(text, { workingDirectory });
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

describe('lines', () => {
  it.each([
    ['simple', 'word', 'word'],
    ['with colons, equals signs and at signs', 'a:b=c@d', 'a:b=c@d'],
    ['with quotes, backslashes, dollars and hashes', `"a\\'$b#`, `"a\\'$b#`],
    ['with blanks inside', 'a b\tc', 'a b\tc'],
    ['with blanks at the end, which are cut', 'word \t', 'word'],
    ['beyond ASCII', 'pässwörd→', 'pässwörd→'],
  ])('hold a password %s', async (_, written, password) => {
    expect(await lookup(`${HOST}=bob:${written}`)).toEqual({ kind: 'basic', username: 'bob', password });
  });

  it.each([
    ['the longest path that fits', `${HOST}=host:x\n${HOST}/team=team:x\n${HOST}/team/other=other:x`, 'team'],
    ['the host in capitals', `REGISTRY.example=bob:x`, 'bob'],
    ['an address', `https://${HOST}/v2/=bob:x`, 'bob'],
    ['a user after blanks', `${HOST}= bob:x`, 'bob'],
    ['CRLF and empty lines', `\r\n\r\n${HOST}=bob:x\r\n`, 'bob'],
  ])('are found by %s', async (_, text, username) => {
    expect(await lookup(text)).toEqual({ kind: 'basic', username, password: 'x' });
  });

  it('may be given one by one', async () => {
    expect(await lookup(['other.example=a:b', `${HOST}=bob:x`])).toMatchObject({ username: 'bob' });
  });

  it('hold an identity token with the user <token>', async () => {
    expect(await lookup(`${HOST}=<token>:refresh`)).toEqual({ kind: 'identity-token', token: 'refresh' });
  });

  it.each([
    'registry.example=hunter22',
    `${HOST}=:hunter22`,
    'hunter22 = x:y',
    `${HOST}:hunter22=bob:x`,
    '=bob:hunter22',
  ])('are refused by number, not quoted: %s', (line) => {
    const problems = problemsOf(`ok.example=a:b\n${line}`);
    expect(problems.map(({ input, message }) => [input, message])).toEqual([
      ['registry-auth', 'line 2 is not host[/path]=user:password'],
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter22');
  });

  it('without a password are refused, since a variable was empty', () => {
    expect(problemsOf(`${HOST}=bob:`)).toHaveLength(1);
  });

  it('for one place twice are refused', () => {
    expect(problemsOf('docker.io=a:b\nindex.docker.io=c:d')).toMatchObject([
      { message: 'line 2 is the second for "index.docker.io"' },
    ]);
  });
});

describe('JSON', () => {
  it.each<[string, unknown, unknown]>([
    ['Basic', `Basic ${pair('bob:pa:ss')}`, { kind: 'basic', username: 'bob', password: 'pa:ss' }],
    ['Bearer', 'Bearer abc', { kind: 'bearer', token: 'abc' }],
    ['X-Identity', 'X-Identity abc', { kind: 'identity-token', token: 'abc' }],
    ['basic in lower case', `basic ${pair('bob:x')}`, { kind: 'basic', username: 'bob', password: 'x' }],
  ])('of the lifecycle with %s', async (_, value, expected) => {
    expect(await lookup(JSON.stringify({ [HOST]: value }))).toEqual(expected);
  });

  it('of docker', async () => {
    const text = JSON.stringify({
      auths: { [`${HOST}/team`]: { auth: pair('bob:x') }, [HOST]: { auth: pair('a:b') } },
    });
    expect(await lookup(`\n ${text}\n`)).toMatchObject({ username: 'bob' });
  });

  it.each<[string, string]>([
    ['broken', '{"auths": {"registry.example": {"auth": "hunter22"'],
    ['with an auth that is no base64', '{"auths": {"registry.example": {"auth": "hunter22!"}}}'],
    ['with a token of two lines', '{"auths": {"registry.example": {"registrytoken": "hunter22\\nx"}}}'],
    ['with a header of another scheme', '{"registry.example": "Digest hunter22"}'],
    ['with a pair that is none', `{"registry.example": "Basic ${pair('hunter22')}"}`],
    ['with a bearer of two lines', '{"registry.example": "Bearer hunter22\\nx"}'],
    ['with a user and a password by host', '{"registry.example": {"username": "ann", "password": "hunter22"}}'],
    ['with auths in an array', '{"auths": [{"registry.example": {"auth": "hunter22"}}]}'],
    ['with helpers that are no object', '{"auths": {}, "credHelpers": "hunter22"}'],
    ['with an entry that is a header', '{"auths": {"registry.example": "Basic hunter22"}}'],
    ['with a header beside auths', '{"auths": {}, "registry.example": "Basic hunter22"}'],
    ['with headers and others', '{"registry.example": "Bearer x", "other.example": {"hunter22": 1}}'],
  ])('%s is refused and not quoted', (_, text) => {
    const problems = problemsOf(text);
    expect(problems.map(({ input }) => input)).toEqual(['registry-auth']);
    expect(JSON.stringify(problems)).not.toMatch(new RegExp(`hunter22|${pair('hunter22')}`));
  });
});

it.each(['{}', '{"auths": null}', '{"auths": {"registry.example": {}}, "detachKeys": "ctrl-x"}'])(
  'JSON without any is no credentials: %s',
  async (text) => {
    expect(await lookup(text)).toBeUndefined();
  },
);

describe('a path', () => {
  const content = JSON.stringify({ auths: { [HOST]: { auth: pair('bob:x') } } });

  it.each(['auth.json', './auth.json', './with=equals.json'])('%s is read from the working directory', async (file) => {
    const directory = await directoryWith({ 'auth.json': content, 'with=equals.json': content });
    expect(await lookup(file, 'app', directory)).toMatchObject({ username: 'bob' });
  });

  it('may be absolute, and its file is named in what is wrong with it', async () => {
    const directory = await directoryWith({ 'auth.json': '}{' });
    expect(problemsOf(`${directory}/auth.json`)).toMatchObject([
      { input: 'registry-auth', message: `"${directory}/auth.json" is not a JSON object` },
    ]);
  });

  it.each([
    ['hunter22', 'does not exist'],
    ['.', 'is a directory'],
  ])('%s that is none is not quoted', (text, reason) => {
    const [problem] = problemsOf(text, '/tmp');
    expect(problem?.message).toBe(`it is read as the path of a file, which ${reason}`);
  });
});

it.each(['', ' \n '])('no text is no credentials: "%s"', (text) => {
  expect(readRegistryAuth(text, { workingDirectory: '/' })).toBeUndefined();
});
