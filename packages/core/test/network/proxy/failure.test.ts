import { describe, expect, it } from 'vitest';
import { askedSchemes, isNotSupported } from '../../../src/network/proxy/authenticate.ts';
import { isOfProxy } from '../../../src/network/proxy/failure.ts';

describe('an answer to a request in absolute form', () => {
  it.each<[boolean, string, number, Readonly<Record<string, string>>]>([
    [true, 'a 407', 407, {}],
    [true, "squid's mark", 403, { 'x-squid-error': 'ERR_ACCESS_DENIED 0' }],
    [true, 'the standard mark', 502, { 'proxy-status': 'corp; error=dns_error' }],
    [true, 'the server that Via names', 504, { server: 'squid/5.7', via: '1.1 corp (squid/5.7)' }],
    [false, 'a refusal that came through', 403, { server: 'nginx', via: '1.1 corp (squid/5.7)' }],
    [false, 'a standard mark without an error', 502, { 'proxy-status': 'corp; received-status=502' }],
    [false, 'nothing to tell by', 503, {}],
    [false, 'no refusal', 200, { 'x-squid-error': 'ERR_NONE 0' }],
    [false, 'a challenge of the target', 401, { via: '1.1 corp (squid/5.7)' }],
  ])("is the proxy's: %s (%s)", (expected, _, status, headers) => {
    expect(isOfProxy({ status, headers })).toBe(expected);
  });
});

describe('what a proxy asks for', () => {
  it.each([
    ['Basic realm="corp"', [{ scheme: 'Basic', realm: 'corp' }], false],
    [
      ['Negotiate', 'NTLM'],
      [
        { scheme: 'Negotiate', realm: '' },
        { scheme: 'NTLM', realm: '' },
      ],
      true,
    ],
    [
      'NTLM, basic realm=corp',
      [
        { scheme: 'NTLM', realm: '' },
        { scheme: 'Basic', realm: 'corp' },
      ],
      false,
    ],
    ['Digest realm="a, Basic b", nonce="x"', [{ scheme: 'Digest', realm: 'a, Basic b' }], true],
    ['Basic realm="\u001b[31mred"', [{ scheme: 'Basic', realm: '?[31mred' }], false],
    ['', [], false],
    [undefined, [], false],
  ])('%j', (header, expected, hopeless) => {
    const asked = askedSchemes(header);
    expect(asked).toEqual(expected);
    expect(isNotSupported(asked)).toBe(hopeless);
  });
});
