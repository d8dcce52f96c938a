import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../packages/core/src/errors/index.ts';
import { parseProxyServer, proxyRules } from '../../../packages/core/src/network/proxy/index.ts';
import { startGoRules } from './go-rules.ts';

const RUNS = 2000;

const label = fc.constantFrom(
  'a',
  'b',
  'com',
  'corp',
  'example',
  'xn--bcher-kva',
  'bücher',
  'SUB',
  '10',
  '1',
  'localhost',
);
const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const ipv4 = fc.constantFrom('10.0.0.1', '10.1.2.3', '127.0.0.1', '127.8.0.1', '192.168.1.1', '0.0.0.0', '010.0.0.1');
const ipv6 = fc.constantFrom('::1', '2001:db8::1', '2001:DB8:0::2', '::ffff:10.0.0.1', '::ffff:127.0.0.1', 'fe80::1');
const port = fc.constantFrom('', '', ':80', ':443', ':8080', ':080', ':', ':http');

const host = fc.oneof(
  domain,
  domain.map((name) => `${name}.`),
  ipv4,
  ipv6.map((address) => `[${address}]`),
);
const url = fc
  .tuple(fc.constantFrom('http', 'https', 'ftp'), host, fc.constantFrom('', ':80', ':443', ':8080'))
  .map((parts) => `${parts[0]}://${parts[1]}${parts[2]}/x`)
  // What we decide about is a URL object; Go gets its text.
  .filter((text) => URL.canParse(text))
  .map((text) => new URL(text).href);

const range = fc
  .tuple(fc.oneof(ipv4, ipv6), fc.constantFrom('0', '8', '24', '32', '33', '96', '104', '128', '129', '08', ''))
  .map(([address, bits]) => `${address}/${bits}`);
const item = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '', '.', '*.', '*', '..'), domain, fc.constantFrom('', '', '.'), port)
    .map((p) => p.join('')),
  fc.tuple(fc.oneof(ipv4, ipv6), port).map((parts) => parts.join('')),
  fc.tuple(ipv6, port).map(([address, digits]) => `[${address}]${digits}`),
  range,
  fc.constantFrom(
    '',
    ' ',
    '*',
    '.',
    '*.',
    ':80',
    '[',
    ']',
    '[]',
    '[]:80',
    '/',
    'http://a.com',
    'a.com b.com',
    '%',
    '::',
  ),
  fc.string({ maxLength: 6 }),
);
const blank = fc.constantFrom('', '', '', ' ', '\t');
const noProxy = fc
  .array(fc.tuple(blank, item, blank), { maxLength: 4 })
  .map((items) => items.map((parts) => parts.join('')).join(','));

describe('our rules', () => {
  it("equal Go's for any list and URL", async () => {
    const ask = await startGoRules();
    await fc.assert(
      fc.asyncProperty(noProxy, url, async (list, text) => {
        const question = { httpProxy: 'http://plain:1', httpsProxy: 'http://secure:2', noProxy: list, url: text };
        const { proxy, error } = await ask(question);
        fc.pre(error === undefined);
        const ours = proxyRules({ ...question, cgi: false }).proxyFor(new URL(text));
        expect(ours).toBe(proxy === null ? undefined : `http://${proxy.host}:${proxy.port}`);
      }),
      { numRuns: RUNS },
    );
  });
});

const userinfo = fc.oneof(
  fc.constantFrom('', 'u@', 'u:@', ':p@', 'u:p@', 'u:p%40@', 'u:p@ss@', 'u:%C3%A4@', 'u:p:q@', '@', 'u:%@', 'u:p/q@'),
  fc
    .tuple(fc.string({ maxLength: 5 }), fc.string({ maxLength: 8 }))
    .map((pair) => `${pair.map(encodeURIComponent).join(':')}@`),
);
const value = fc
  .tuple(
    fc.constantFrom('', 'http://', 'https://', 'HTTP://', 'socks5://', 'socks5h://', '//', 'http:/'),
    userinfo,
    fc.oneof(
      fc.constantFrom('proxy', 'Proxy.corp', '[::1]', '10.0.0.1', 'a_b', '', 'pro xy', '::1', 'ä.corp'),
      fc.string({ maxLength: 5 }),
    ),
    fc.constantFrom('', ':3128', ':0', ':99999', ':x', ':', ':3128:1'),
    fc.constantFrom('', '/', '/x', '?x'),
  )
  .map((parts) => parts.join(''));

describe('a proxy that we accept', () => {
  it('is what Go makes of the value', async () => {
    const ask = await startGoRules();
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        fc.pre(text.trim() !== '');
        const server = attempt(() => parseProxyServer(text, 'HTTP_PROXY'));
        fc.pre(server !== undefined);
        const question = { httpProxy: text.trim(), httpsProxy: '', noProxy: '', url: 'http://origin.test/' };
        const { proxy } = await ask(question);
        const ascii = (name = '') => new URL(`http://${name.includes(':') ? `[${name}]` : name}`).hostname;
        expect(proxy).toMatchObject({
          scheme: server.protocol,
          port: expect.toSatisfy((port: string) => port === '' || Number(port) === server.port) as string,
          user: server.credential?.username ?? '',
          password: server.credential?.password ?? '',
        });
        expect(ascii(proxy?.host)).toBe(ascii(server.host));
      }),
      { numRuns: RUNS },
    );
  });
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
