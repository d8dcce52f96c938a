import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { ProxyError, type Route } from '../failure.ts';
import { parseIp } from '../ip-range.ts';
import { formatProxy } from '../proxy-server.ts';
import type { Endpoint } from './endpoint.ts';
import { type Patience, within } from './socket.ts';

const VERSION = 5;
const METHOD = { none: 0, password: 2, noneAcceptable: 0xff } as const;
const PASSWORD_VERSION = 1;
const COMMAND_CONNECT = 1;
const ADDRESS = { ipv4: 1, name: 3, ipv6: 4 } as const;
/** In bytes; a name says its own. */
const ADDRESS_SIZES: ReadonlyMap<number | undefined, number> = new Map([
  [ADDRESS.ipv4, 4],
  [ADDRESS.ipv6, 16],
]);
const SUCCEEDED = 0;
const LONGEST_NAME = 255;

/** RFC 1928, section 6; transient where the way may be free a moment later. */
const REPLIES: Readonly<Record<number, { readonly text: string; readonly transient: boolean }>> = {
  1: { text: 'a failure of its own', transient: true },
  2: { text: 'that its rules do not allow it', transient: false },
  3: { text: 'that the network is unreachable', transient: true },
  4: { text: 'that the host is unreachable', transient: true },
  5: { text: 'that the connection was refused', transient: true },
  6: { text: 'that the way is too long', transient: true },
  7: { text: 'that it does not know the command', transient: false },
  8: { text: 'that it does not know this kind of address', transient: false },
};

/**
 * Asks a SOCKS 5 proxy to connect to `endpoint` (RFC 1928; user and password by RFC 1929) on a connection to it. Names are resolved by
 * the proxy, for `socks5` as for `socks5h`: so does Go.
 *
 * @throws ProxyError when the proxy refuses; what the socket says
 */
export async function openSocksTunnel(
  socket: Socket,
  route: Route,
  endpoint: Endpoint,
  patience: Patience,
): Promise<Socket> {
  await within(socket, patience, 'UND_ERR_HEADERS_TIMEOUT', async (signal) => {
    const exchange = new Exchange(socket, route, signal);
    await exchange.authenticate();
    await exchange.connect(endpoint);
  });
  return socket;
}

class Exchange {
  readonly #socket: Socket;
  readonly #route: Route;
  readonly #signal: AbortSignal;
  #unread = Buffer.alloc(0);

  constructor(socket: Socket, route: Route, signal: AbortSignal) {
    this.#socket = socket;
    this.#route = route;
    this.#signal = signal;
  }

  async authenticate(): Promise<void> {
    const { credential, source } = this.#route.server;
    const offered = credential === undefined ? [METHOD.none] : [METHOD.none, METHOD.password];
    this.#socket.write(Uint8Array.from([VERSION, offered.length, ...offered]));
    const [version, method] = await this.#read(2);
    if (version !== VERSION) throw this.#notSocks();
    if (method === METHOD.none) return;
    if (method !== METHOD.password || credential === undefined) {
      const hint =
        credential === undefined
          ? `It wants to know who asks: give a user and password in ${source}.`
          : 'Only a user and password are supported, as RFC 1929 describes.';
      throw this.#fail('denied', 'accepts no way to authenticate that we have', hint);
    }
    const [user, password] = [Buffer.from(credential.username), Buffer.from(credential.password)];
    this.#socket.write(Uint8Array.from([PASSWORD_VERSION, user.length, ...user, password.length, ...password]));
    const [, status] = await this.#read(2);
    if (status !== SUCCEEDED) {
      throw this.#fail('denied', 'does not accept the user and password', `Check both in ${source}.`);
    }
  }

  async connect({ host, port }: Endpoint): Promise<void> {
    if (host.length > LONGEST_NAME) {
      throw this.#fail('registry', `can't be asked for a name of ${host.length} characters`, 'Check the host name.');
    }
    const request = [VERSION, COMMAND_CONNECT, 0, ...addressOf(host), port >> 8, port & 0xff];
    this.#socket.write(Uint8Array.from(request));
    const [version, reply = 1, , kind] = await this.#read(4);
    if (version !== VERSION) throw this.#notSocks();
    if (reply !== SUCCEEDED) throw this.#refused(reply);
    await this.#skipAddress(kind);
    // What the target has said already.
    if (this.#unread.length > 0) this.#socket.unshift(this.#unread);
  }

  /** What the proxy's own end is bound to: of no use, but it stands before the target's first byte. */
  async #skipAddress(kind: number | undefined): Promise<void> {
    const size = kind === ADDRESS.name ? (await this.#read(1))[0] : ADDRESS_SIZES.get(kind);
    if (size === undefined) throw this.#notSocks();
    await this.#read(size + 2);
  }

  async #read(size: number): Promise<Buffer> {
    while (this.#unread.length < size) {
      const bytes = this.#socket.read() as Buffer | null;
      if (bytes !== null) this.#unread = Buffer.concat([this.#unread, bytes]);
      else if (this.#socket.readableEnded || (await this.#next()) === 'end') {
        throw this.#notSocks('it closed the connection');
      }
    }
    const result = this.#unread.subarray(0, size);
    this.#unread = this.#unread.subarray(size);
    return result;
  }

  async #next(): Promise<'readable' | 'end'> {
    const settled = new AbortController();
    const signal = AbortSignal.any([this.#signal, settled.signal]);
    const event = async (name: 'readable' | 'end') => once(this.#socket, name, { signal }).then(() => name);
    try {
      // At the end both come, in this order.
      return await Promise.race([event('end'), event('readable')]);
    } finally {
      settled.abort();
    }
  }

  #refused(reply: number): ProxyError {
    const { text, transient } = REPLIES[reply] ?? { text: `the unknown reply ${reply}`, transient: false };
    const hint = `Check whether the proxy may resolve and reach ${this.#route.target}, or list it in no-proxy.`;
    return this.#fail(transient ? 'temporary' : 'denied', `answers ${text}`, hint);
  }

  #notSocks(why = 'its answer is something else'): ProxyError {
    const hint = `If it is an http proxy, write http:// in ${this.#route.server.source}.`;
    return this.#fail('registry', `does not speak SOCKS 5: ${why}`, hint);
  }

  #fail(code: 'temporary' | 'denied' | 'registry', what: string, hint: string): ProxyError {
    const message = `the proxy ${formatProxy(this.#route.server)} ${what}`;
    return new ProxyError(this.#route, { code, message, hint, transient: code === 'temporary' });
  }
}

function addressOf(host: string): readonly number[] {
  const ip = parseIp(host);
  if (ip === undefined) {
    const name = Buffer.from(host);
    return [ADDRESS.name, name.length, ...name];
  }
  return isIP(host) === 4 ? [ADDRESS.ipv4, ...ip.subarray(12)] : [ADDRESS.ipv6, ...ip];
}
