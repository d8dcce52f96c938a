import { describe, expect, test } from 'vitest';
import { createSecretMask } from '../../src/log/secret-mask.ts';

const SECRET = 'p@ss "w&rd"/1';

describe('createSecretMask', () => {
  test.each([
    ['as it is', SECRET],
    ['in base64', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ])('hides a secret %s', (_form, printed) => {
    const mask = createSecretMask();
    mask.add(SECRET);
    expect(mask.apply(`before ${printed} after`)).toBe('before *** after');
  });

  test('hides each line of a secret of several lines', () => {
    const mask = createSecretMask();
    mask.add('-----BEGIN-----\nabcdef\r\nghijkl\n');
    expect(mask.apply('x ghijkl y')).toBe('x *** y');
  });

  test('hides the longer of two secrets whole', () => {
    const mask = createSecretMask();
    mask.add('token');
    mask.add('token-and-more');
    expect(mask.apply('token-and-more')).toBe('***');
  });

  test('leaves text alone that equals a very short secret', () => {
    const mask = createSecretMask();
    mask.add('abc');
    expect(mask.apply('abc')).toBe('abc');
  });
});
