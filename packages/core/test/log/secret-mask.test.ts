import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSecretMask } from '../../src/log/secret-mask.ts';

const SECRET = `p@ss "w&rd"/1+~'é\\$<%`;

function masked(text: string, ...secrets: readonly string[]): string {
  const mask = createSecretMask();
  for (const secret of secrets) mask.add(secret);
  return mask.apply(text);
}

function withPassword(password: string): string {
  const url = new URL('http://host');
  url.password = password;
  return url.password;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('a mask hides a secret', () => {
  test.each([
    ['as it is', SECRET],
    ['in base64', base64(SECRET)],
    ['in base64 without padding', base64(SECRET).replace(/=+$/, '')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['in base64 within a URL', encodeURIComponent(base64(SECRET))],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['percent-encoded in lower case', encodeURIComponent(SECRET).replace(/%../g, (triplet) => triplet.toLowerCase())],
    ['percent-encoded but for reserved characters', encodeURI(SECRET)],
    ['percent-encoded with all that may be', encodeURIComponent(SECRET).replace("'", '%27').replace('~', '%7E')],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['in JSON within a URL', encodeURIComponent(JSON.stringify(SECRET).slice(1, -1))],
    ['in a form within a URL', encodeURIComponent(new URLSearchParams({ '': SECRET }).toString().slice(1))],
    ['in a form', new URLSearchParams({ '': SECRET }).toString().slice(1)],
    ['as the password of a URL', withPassword(SECRET)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)],
    ["in Go's JSON", JSON.stringify(SECRET).slice(1, -1).replace('&', '\\u0026').replace('<', '\\u003c')],
    ['in JSON that is ASCII', JSON.stringify(SECRET).slice(1, -1).replace('é', '\\u00E9')],
    ['in HTML', SECRET.replace('&', '&amp;').replaceAll('"', '&#34;').replace("'", '&#39;').replace('<', '&lt;')],
    ['in a header', Buffer.from(SECRET).toString('latin1')],
    ['escaped for a shell', SECRET.replace(/[^A-Za-z0-9é]/g, String.raw`\$&`)],
  ])('%s', (_form, printed) => {
    expect(masked(`before ${printed} after`, SECRET)).toBe('before *** after');
  });

  test.each(['', 'u', 'us', 'user:', '<token>:'])('in the base64 of a longer text that begins with "%s"', (before) => {
    const encoded = base64(`${before}correct horse battery:rest`);
    const result = masked(`Basic ${encoded}`, 'correct horse battery');
    // What is left can be read, but holds nothing of the secret that a whole character says.
    expect(Buffer.from(result.replace('***', '').slice('Basic '.length), 'base64').toString('latin1')).not.toMatch(
      /corr|orre|rect|horse|batt|tery/,
    );
    expect(result).toContain('***');
  });
});

test('a secret that ends with backslashes takes no others with it', () => {
  expect(masked('pass\\\\ \\ and\\', 'pass\\\\')).toBe('*** \\ and\\');
});

test('a pair is hidden whole, a short password with it', () => {
  expect(masked(`Basic ${base64('user:abc')} user:abc`, 'user:abc')).toBe('Basic *** ***');
});

test('each line of a secret of several lines is hidden, and the base64 of all', () => {
  const secret = '-----BEGIN-----\nabcdef\r\nghijkl\n';
  expect(masked(`x ghijkl y ${base64(secret)}`, secret)).toBe('x *** y ***');
});

test('a secret with characters that are not printed is hidden as it is printed', () => {
  expect(masked('x abc[1mdefgh y abcdefgh', 'abc\u001b[1mdefgh')).toBe('x abc[1mdefgh y ***');
});

test('the longer of two secrets is hidden whole', () => {
  expect(masked('token-and-more', 'token', 'token-and-more')).toBe('***');
});

test.each(['abcdefghij+/=.', '@"é€ \\'])(
  'a secret that is longer than a pattern can be is hidden, made of %s',
  (alphabet) => {
    const bytes = createHash('shake256', { outputLength: 8 * 1024 })
      .update(alphabet)
      .digest();
    const secret = `x${Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('')}x`;
    expect(masked(`<${secret}> ${JSON.stringify(secret)}`, secret)).toMatch(/^<[*]+> "[*]+"$/);
  },
);

test.each(['abc', ' a ', '', '\n'])('text is left alone that equals the very short secret "%s"', (secret) => {
  expect(masked(`a ${secret} b`, secret)).toBe(`a ${secret} b`);
});

test.each([
  ['backslashes', '\\'.repeat(40)],
  ['quotes', '\\"'.repeat(40)],
  ['percent signs', '%25'.repeat(40)],
  ['ampersands', '&amp;'.repeat(40)],
])('a secret of many %s is looked for in a long line of them without trying every reading', (_, secret) => {
  const line = `${secret.repeat(50)}x`;
  expect(masked(line.slice(0, 2000), `${secret}no`)).toBe(line.slice(0, 2000));
});
