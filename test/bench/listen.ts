import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** With the scheme. */
  readonly url: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Starts a server on a free loopback port. */
export async function listen(server: Server, scheme: string): Promise<Listening> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
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
