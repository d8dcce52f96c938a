import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../../src/errors/index.ts';
import { parseNoProxy, proxyRules, readProxySettings } from '../../../src/network/proxy/index.ts';
import vectors from '../../vectors/proxy.json' with { type: 'json' };

/** The only rows that a URL object can't express: it lower-cases a host before anyone can look, and has no zones. */
const NOT_EXPRESSIBLE = ['http://LOCALHOST/', 'http://[fe80::1%25eth0]/', 'http://[1000::%25.example.com]:123'];
const expressible = ({ url }: { readonly url: string }) => !NOT_EXPRESSIBLE.includes(url);

interface UpstreamRow {
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  readonly proxy?: string | null;
  readonly error?: string;
}

function proxyFor(environment: Readonly<Record<string, string>>, url: string): string | undefined {
  return proxyRules(readProxySettings({}, environment).variables).proxyFor(new URL(url));
}

describe("Go's own table", () => {
  const rows = (vectors.upstream as unknown as readonly UpstreamRow[]).filter(expressible);
  it.each(rows.filter(({ error }) => error === undefined))('$env for $url', ({ env, url, proxy }) => {
    expect(proxyFor(env, url) ?? null).toBe(proxy);
  });

  it.each(rows.filter(({ error }) => error !== undefined))('$env for $url is refused', ({ env, url }) => {
    expect(() => proxyFor(env, url)).toThrow(BuildpacksError);
  });
});

describe('one long list', () => {
  const { NO_PROXY: list, port, direct, proxied } = vectors.noProxyList;
  const target = (host: string) => ({ host: host.replace(/^\[(.*)\]$/, '$1'), port: String(port) });
  it.each(direct)('%s is direct', (host) => {
    expect(parseNoProxy(list)(target(host))).toBe(true);
  });
  it.each(proxied)('%s is proxied', (host) => {
    expect(parseNoProxy(list)(target(host))).toBe(false);
  });
  it.each([...direct, ...proxied])('* makes %s direct', (host) => {
    expect(parseNoProxy('*')(target(host))).toBe(true);
  });
});

describe('rows measured against Go', () => {
  const rows = vectors.differential.rows.filter(expressible);
  it.each(rows)('NO_PROXY="$NO_PROXY" for $url', ({ NO_PROXY, url, direct }) => {
    const environment = { HTTP_PROXY: 'http://proxy:3128', HTTPS_PROXY: 'http://proxy:3128', NO_PROXY };
    expect(proxyFor(environment, url) === undefined).toBe(direct);
  });
});

describe('the environment', () => {
  it('has upper case before lower case', () => {
    expect(proxyFor({ HTTP_PROXY: 'a:1', http_proxy: 'b:2' }, 'http://x.example/')).toBe('http://a:1');
  });
  it('has lower case where upper case is empty', () => {
    expect(proxyFor({ HTTP_PROXY: '', http_proxy: 'b:2' }, 'http://x.example/')).toBe('http://b:2');
  });
});
