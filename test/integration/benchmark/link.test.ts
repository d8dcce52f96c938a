import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { type LinkShape, openLink } from '../../benchmark/cache/link.ts';

/** A server that answers with the digest of what it was sent, when its client has ended, and then with that itself. */
async function startEcho(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void buffer(socket).then((content) => {
      socket.end(Buffer.concat([createHash('sha256').update(content).digest(), content]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function ask(port: number, content: Buffer): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(content);
  return buffer(socket);
}

async function openForTest(shape: LinkShape): Promise<number> {
  const link = await openLink(await startEcho(), shape);
  onTestFinished(() => link.close());
  return link.port;
}

it('hands on everything in order, both ways, for connections that share it', async () => {
  const port = await openForTest({ rate: 40e6, roundTrip: 5 });
  const contents = [1_000_000, 0, 1_300_001].map((size) => randomBytes(size));
  const answers = await Promise.all(contents.map((content) => ask(port, content)));
  for (const [index, content] of contents.entries()) {
    const digest = createHash('sha256').update(content).digest();
    expect(answers[index]?.equals(Buffer.concat([digest, content]))).toBe(true);
  }
});

it('takes no less time than a line of its rate', async () => {
  const port = await openForTest({ rate: 5e6, roundTrip: 40 });
  const started = performance.now();
  await ask(port, randomBytes(1_000_000));
  // A round trip to connect and one for the answer, and 0.2 seconds in each direction.
  expect(performance.now() - started).toBeGreaterThan(470);
});
