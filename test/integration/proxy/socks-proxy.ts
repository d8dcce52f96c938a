import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface SocksProxy {
  readonly host: string;
  /** What was asked for: the kind of address, and `host:port`. */
  readonly seen: readonly string[];
}

export interface SocksOptions {
  /** `user:password`; absent: nobody has to say who he is. */
  readonly user?: string;
  /** The reply to every request in place of a connection. */
  readonly reply?: number;
  /** Stands for every name that is asked for. */
  readonly resolved?: string;
  /** Sends one byte at a time. */
  readonly slow?: boolean;
}

/** A SOCKS 5 server as RFC 1928 and RFC 1929 describe it, written from them and not from our client. */
export async function startSocksProxy(options: SocksOptions = {}): Promise<SocksProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void talk(socket, options, seen).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function talk(socket: Socket, options: SocksOptions, seen: string[]): Promise<void> {
  const take = taker(socket);
  const say = async (...bytes: number[]) => {
    for (const part of options.slow === true ? bytes.map((byte) => [byte]) : [bytes]) {
      socket.write(Uint8Array.from(part));
      await new Promise(setImmediate);
    }
  };
  const [, count = 0] = await take(2);
  const methods = await take(count);
  const wanted = options.user === undefined ? 0 : 2;
  await say(5, methods.includes(wanted) ? wanted : 0xff);
  if (!methods.includes(wanted)) return void socket.end();
  if (options.user !== undefined) {
    const [, length = 0] = await take(2);
    const user = (await take(length)).toString();
    const password = (await take((await take(1))[0] ?? 0)).toString();
    await say(1, `${user}:${password}` === options.user ? 0 : 1);
  }
  const [, , , kind = 0] = await take(4);
  const host = await takeHost(kind, take);
  const port = (await take(2)).readUInt16BE();
  seen.push(`${['', 'ipv4', '', 'name', 'ipv6'][kind] ?? ''} ${host}:${port}`);
  if (options.reply !== undefined) {
    await say(5, options.reply, 0, 1, 0, 0, 0, 0, 0, 0);
    return void socket.end();
  }
  const target = connect(port, kind === 3 ? (options.resolved ?? host) : host);
  await once(target, 'connect');
  // A bound address of each kind is as good as another: a name is the rarest.
  await say(5, 0, 0, 3, 2, 0x61, 0x62, 0, 80);
  pipeline(socket, target, () => undefined);
  pipeline(target, socket, () => undefined);
}

async function takeHost(kind: number, take: (size: number) => Promise<Buffer>): Promise<string> {
  if (kind === 3) return (await take((await take(1))[0] ?? 0)).toString();
  if (kind === 1) return [...(await take(4))].join('.');
  const words = (await take(16)).toString('hex').match(/.{4}/g) ?? [];
  return words.map((word) => parseInt(word, 16).toString(16)).join(':');
}

function taker(socket: Socket): (size: number) => Promise<Buffer> {
  let unread = Buffer.alloc(0);
  return async (size) => {
    while (unread.length < size) {
      const bytes = socket.read() as Buffer | null;
      if (bytes === null) await once(socket, 'readable');
      else unread = Buffer.concat([unread, bytes]);
    }
    const result = unread.subarray(0, size);
    unread = unread.subarray(size);
    return result;
  };
}
