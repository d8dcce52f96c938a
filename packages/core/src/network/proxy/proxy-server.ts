import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { InputError, type InputProblem } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import { hidingUser } from './redaction.ts';

export type ProxyProtocol = 'http' | 'https' | 'socks5' | 'socks5h';

/** As sent: percent-encoding is undone. */
export interface ProxyCredential {
  readonly username: string;
  readonly password: string;
}

/** A proxy that we can speak to. */
export interface ProxyServer {
  readonly protocol: ProxyProtocol;
  /** A name in ASCII, or an address without brackets. */
  readonly host: string;
  /** 1 to 65535; the protocol's own where none was written: 80, 443, 1080. */
  readonly port: number;
  readonly credential?: ProxyCredential;
  /** The input or the variable that names it, for messages. */
  readonly source: string;
}

const PORTS: Readonly<Record<ProxyProtocol, number>> = { http: 80, https: 443, socks5: 1080, socks5h: 1080 };
const FORM = 'Write it as http://host:port, or http://user:password@host:port.';

/**
 * Reads `[scheme://][user[:password]@]host[:port][/]`. Without a scheme it is an http proxy, as for Go.
 *
 * @param source the input or variable that the value comes from
 * @throws InputError that quotes the value without user and password
 */
export function parseProxyServer(value: string, source: string): ProxyServer {
  const parts = cut(value.trim());
  const problem = problemOf(parts, source) ?? schemeProblem(parts, source);
  if (problem !== undefined) throw new InputError([problem]);
  const protocol = parts.scheme as ProxyProtocol;
  const port = parts.port === '' ? PORTS[protocol] : Number(parts.port);
  const credential = parts.user === '' ? undefined : decodeCredential(parts.user);
  return { protocol, host: parseHost(parts.host) ?? '', port, ...optional('credential', credential), source };
}

/** What makes a value no proxy whatever it is used for; an unknown scheme does not, since it may never be needed. */
export function proxyValueProblem(value: string, source: string): InputProblem | undefined {
  return problemOf(cut(value.trim()), source);
}

/** `http://host:port`, always with the port and never with user and password: programs differ in the port they take for granted. */
export function formatProxy({ protocol, host, port }: Pick<ProxyServer, 'protocol' | 'host' | 'port'>): string {
  return `${protocol}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** The parts as they are written, empty when absent; the scheme in lower case. */
interface Parts {
  readonly value: string;
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly rest: string;
}

const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:(.*)@)?(\[[^\]]*\]|[^:@/?#]*)(?::([^/?#]*))?([/?#].*)?$/s;

function cut(value: string): Parts {
  const [, scheme = 'http', user = '', host = '', port = '', rest = ''] = PARTS.exec(value) ?? [];
  return { value, scheme: scheme.toLowerCase(), user, host, port, rest };
}

function problemOf({ value, user, host, port, rest }: Parts, input: string): InputProblem | undefined {
  const wrong = (what: string, hint: string) => ({ input, message: `"${hidingUser(value)}" ${what}`, hint });
  if (/\s/.test(value)) {
    return wrong('is no proxy: there is a blank in it', 'Name one proxy; a blank in a password is %20.');
  }
  if (/[/?#]/.test(user)) {
    return wrong('is no proxy: / ? or # ends the host before the @', 'In a password write %2F, %3F and %23.');
  }
  if (!isDecodable(user)) {
    return wrong('is no proxy: its user or password is not percent-encoded', 'Write % as %25, @ as %40, : as %3A.');
  }
  if (isIP(`${host}:${port}`) === 6) {
    return wrong('is no proxy: its IPv6 address has no brackets', 'Write it as http://[ADDRESS]:PORT.');
  }
  if (host === '') return wrong('names no host', FORM);
  if (parseHost(host) === undefined) return wrong('is no proxy: its host is no host name', FORM);
  if (port !== '' && !isPort(port)) return wrong('is no proxy: its port is not a number from 1 to 65535', FORM);
  return rest === '' || rest === '/'
    ? undefined
    : wrong('is no proxy: something follows the host', `${FORM} PAC files are not read.`);
}

function schemeProblem({ value, scheme, user }: Parts, input: string): InputProblem | undefined {
  const shown = hidingUser(value);
  if (!Object.hasOwn(PORTS, scheme)) {
    const message = `"${shown}" is a proxy of the unknown kind ${scheme}`;
    return { input, message, hint: 'Use an http, https, socks5 or socks5h proxy.' };
  }
  if (!scheme.startsWith('socks') || user === '' || fitsSocks(decodeCredential(user))) return undefined;
  const message = `"${shown}" has a user or password that SOCKS can't carry`;
  return { input, message, hint: 'Each has at most 255 bytes, and the user has one at least.' };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

/** A name or an address, an IPv6 one in brackets; undefined when it is neither. */
function parseHost(text: string): string | undefined {
  if (text.startsWith('[')) return isIP(text.slice(1, -1)) === 6 ? text.slice(1, -1).toLowerCase() : undefined;
  // Node would take what follows a backslash for a path.
  return /^[\w.\u0080-\uffff-]+$/.test(text) ? domainToASCII(text) || undefined : undefined;
}

/** Go takes no other characters, and then connects directly without a word. */
const USER = /^[\w.~!$&'()*+,;=:@%-]*$/;

function isDecodable(user: string): boolean {
  try {
    decodeURIComponent(user);
    return USER.test(user);
  } catch {
    return false;
  }
}

function decodeCredential(user: string): ProxyCredential {
  const colon = user.includes(':') ? user.indexOf(':') : user.length;
  return { username: decodeURIComponent(user.slice(0, colon)), password: decodeURIComponent(user.slice(colon + 1)) };
}

/** RFC 1929, section 2. */
function fitsSocks({ username, password }: ProxyCredential): boolean {
  const size = Buffer.byteLength(username);
  return size > 0 && size <= 255 && Buffer.byteLength(password) <= 255;
}
