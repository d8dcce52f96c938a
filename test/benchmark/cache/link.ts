import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';

/** How a network is, both ways. */
export interface LinkShape {
  /** Bytes each second, for all connections together. */
  readonly rate: number;
  /** Milliseconds there and back. */
  readonly roundTrip: number;
}

export interface Link {
  readonly port: number;
  close(): Promise<void>;
}

/** What a connection may have under way beside what the link holds: as buffers of a sender and of a receiver. */
const BUFFERS = 512 * 1024;

/**
 * A loopback port that is another one at the other end of such a network. It delays and spaces what passes as a line of that rate does,
 * one for each direction; a connection takes a round trip to open. Losses and TCP's slow start are not part of it. It needs
 * neither root nor the kernel's `netem`, which containers often lack.
 */
export async function openLink(port: number, shape: LinkShape): Promise<Link> {
  const up = new Line(shape);
  const down = new Line(shape);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy()).on('close', () => open.delete(socket));
    }
    carry(near, far, up, performance.now() + shape.roundTrip);
    carry(far, near, down, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => close(server, open) };
}

async function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of open) socket.destroy();
  await closed;
}

/** One direction of a network. */
class Line {
  readonly window: number;
  readonly #rate: number;
  readonly #delay: number;
  #free = 0;

  constructor({ rate, roundTrip }: LinkShape) {
    this.#rate = rate / 1000;
    this.#delay = roundTrip / 2;
    this.window = BUFFERS + this.#rate * roundTrip;
  }

  /** The time at which the last of these bytes comes out, when they go in now, or once earlier ones are through. */
  arrival(bytes: number, earliest: number): number {
    this.#free = Math.max(this.#free, performance.now(), earliest) + bytes / this.#rate;
    return this.#free + this.#delay;
  }
}

/** Hands on what one end of a connection sends, in order, when the line delivers it; reads on while it is not too far behind. */
function carry(from: Socket, to: Socket, line: Line, earliest: number): void {
  const queue: (() => void)[] = [];
  let behind = 0;
  const deliver = (bytes: number, act: () => void) => {
    queue.push(act);
    // Timers may overtake each other; what they deliver may not.
    setTimeout(() => queue.shift()?.(), line.arrival(bytes, earliest) - performance.now());
  };
  from.on('data', (bytes: Buffer) => {
    behind += bytes.length;
    if (behind > line.window) from.pause();
    deliver(bytes.length, () => {
      to.write(bytes, () => {
        behind -= bytes.length;
        if (behind <= line.window) from.resume();
      });
    });
  });
  from.on('end', () => {
    deliver(0, () => to.end());
  });
}
