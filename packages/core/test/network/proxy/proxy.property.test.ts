import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors/index.ts';
import { parseNoProxy, proxyTable, readProxySettings } from '../../../src/network/proxy/index.ts';
import { joinNoProxy } from '../../../src/network/proxy/no-proxy-list.ts';
import { formatProxy, parseProxyServer, type ProxyServer } from '../../../src/network/proxy/proxy-server.ts';

const CANARY = 'canary-5d1f';

const host = fc.constantFrom('proxy', 'proxy.example', '10.0.0.1', '[::1]', '[2001:db8::1]', 'bücher.example');
const protocol = fc.constantFrom('http', 'https', 'socks5', 'socks5h');
const port = fc.integer({ min: 1, max: 65535 });
/** Go's `url.UserPassword` takes what percent-encoding gives. */
const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
const piece = fc.oneof(
  fc.constantFrom(
    ...['http', '://', ':', '@', '/', '?', '#', '%', '%4', '%40', '[', ']', '::1', '8080', ' ', '\\', 'é'],
  ),
  fc.string({ maxLength: 4 }),
);
const value = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
const target = fc.record({ host: fc.oneof(host, fc.string({ maxLength: 8 })), port: port.map(String) });

function read(text: string): ProxyServer | InputError {
  try {
    return parseProxyServer(text, 'HTTP_PROXY');
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

describe("a proxy's value", () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(protocol, word, word, host, port, (scheme, username, password, name, number) => {
        const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
        const server = parseProxyServer(`${scheme}://${user}@${name}:${number}`, 'HTTP_PROXY');
        expect(server).toMatchObject({ protocol: scheme, port: number, credential: { username, password } });
        expect(parseProxyServer(formatProxy(server), 'HTTP_PROXY')).toEqual({ ...server, credential: undefined });
      }),
    );
  });

  it('is refused as an input or is a proxy that can be written, whatever it is', () => {
    fc.assert(
      fc.property(value, (text) => {
        const server = read(text);
        if (server instanceof InputError) return;
        expect(server.port).toBeGreaterThan(0);
        expect(new URL(formatProxy(server)).hostname).not.toBe('');
      }),
    );
  });

  it('with a user is never shown with the password', () => {
    fc.assert(
      fc.property(value, value, value, (before, after, rest) => {
        const settings = `http://user:${before}${CANARY}${after}@proxy${rest}`;
        const server = read(settings);
        if (server instanceof InputError) expect(`${server.message} ${server.hint ?? ''}`).not.toContain(CANARY);
        else expect(formatProxy(server)).not.toContain(CANARY);
      }),
    );
  });

  it('is a secret for the log in the form that is sent, whenever it has a user', () => {
    fc.assert(
      fc.property(word, word, (username, password) => {
        const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
        const { secrets } = proxyTable(readProxySettings({ 'https-proxy': `http://${user}@proxy` }, {}));
        expect(secrets).toContain(password);
        expect(secrets).toContain(`${username}:${password}`);
      }),
    );
  });
});

describe('a list of what needs no proxy', () => {
  const list = fc.array(fc.oneof(value, fc.string(), host), { maxLength: 6 }).map((items) => items.join(','));

  it('decides about any target, whatever it holds', () => {
    fc.assert(
      fc.property(list, target, (text, of) => {
        expect(typeof parseNoProxy(text)(of)).toBe('boolean');
      }),
    );
  });

  it('means the same with more items only for these', () => {
    fc.assert(
      fc.property(list, target, (text, of) => {
        const longer = parseNoProxy(joinNoProxy(text, ['added.example']));
        expect(longer(of)).toBe(parseNoProxy(text)(of) || of.host.endsWith('added.example'));
      }),
    );
  });

  it('has nothing twice', () => {
    fc.assert(
      fc.property(list, (text) => {
        const joined = joinNoProxy(text, ['localhost']);
        expect(joinNoProxy(joined, ['localhost'])).toBe(joined);
      }),
    );
  });
});
