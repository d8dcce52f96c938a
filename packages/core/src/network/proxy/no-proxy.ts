import { domainToASCII } from 'node:url';
import { contains, type IpBytes, isLoopbackIp, parseIp, parseRange, sameIp } from './ip-range.ts';

/** What a request is for: `host` as in a URL without brackets, `port` as digits, the scheme's default filled in. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: string;
}

/** Tells whether a target is reached directly. */
export type Bypass = (target: ProxyTarget) => boolean;

type Rule = (host: string, port: string, ip: IpBytes | undefined) => boolean;

/**
 * Reads a NO_PROXY list with the meaning that Go's `httpproxy` gives it: the lifecycle and most buildpacks are Go, and one build must
 * have one rule. Items that can match nothing are ignored, as there. `localhost` and loopback addresses are always direct.
 */
export function parseNoProxy(list: string): Bypass {
  const items = list
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
  if (items.includes('*')) return () => true;
  const rules = items.map(parseItem).filter((rule) => rule !== undefined);
  return ({ host, port }) => {
    const ip = parseIp(host);
    if (host === 'localhost' || (ip !== undefined && isLoopbackIp(ip))) return true;
    return rules.some((rule) => rule(host.toLowerCase(), port, ip));
  };
}

function parseItem(item: string): Rule | undefined {
  const range = parseRange(item);
  if (range !== undefined) return (_host, _port, ip) => ip !== undefined && contains(range, ip);

  const { host, port } = splitHostPort(item) ?? { host: item, port: '' };
  if (host === '') return undefined;
  const fits = (actual: string) => port === '' || port === actual;
  const address = parseIp(host);
  if (address !== undefined) return (_host, actual, ip) => ip !== undefined && sameIp(address, ip) && fits(actual);
  return domainRule(host, fits);
}

/** `a.com` stands for itself and everything below it; `.a.com` and `*.a.com` for what is below it only. Never for addresses. */
function domainRule(text: string, fits: (port: string) => boolean): Rule {
  const bare = text.startsWith('*.') ? text.slice(1) : text;
  const belowOnly = bare.startsWith('.');
  const domain = toAscii(belowOnly ? bare.slice(1) : bare);
  return (host, port, ip) =>
    ip === undefined && (host.endsWith(`.${domain}`) || (!belowOnly && host === domain)) && fits(port);
}

/** Go's `net.SplitHostPort`: undefined where it fails, a bracketed address without a port included. */
function splitHostPort(text: string): { readonly host: string; readonly port: string } | undefined {
  const bracketed = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(text);
  const plain = /^([^:[\]]*):([^:[\]]*)$/.exec(text);
  const [, host, port] = bracketed ?? plain ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}

function toAscii(domain: string): string {
  if (/^[\x00-\x7f]*$/.test(domain)) return domain;
  return domainToASCII(domain) || domain;
}
