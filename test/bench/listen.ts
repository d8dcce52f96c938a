import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';

export interface Listening {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** With the scheme. */
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A host name for a server, and the loopback address that the test lets it have, in a file of hosts or a proxy's. */
export interface HostName {
  readonly name: string;
  readonly address: string;
}

/** Starts a server on a free loopback port; one with a name, which only root can start, on its scheme's own port of that address. */
export async function listen(server: Server, scheme: string, named?: HostName): Promise<Listening> {
  if (named === undefined) server.listen(0, '127.0.0.1');
  else server.listen(scheme === 'https' ? 443 : 80, named.address);
  await once(server, 'listening');
  const host = named?.name ?? `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `${scheme}://${host}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** One of the many loopback addresses, which nobody else is likely to have. */
export function loopbackAddress(): string {
  return ['127', ...randomBytes(3).map((byte) => 1 + (byte % 254))].join('.');
}

/** A port that nobody listened on a moment ago, for programs that can not choose one themselves. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
