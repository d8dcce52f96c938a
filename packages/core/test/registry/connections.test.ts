import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/reference/index.ts';
import { setup } from './setup.ts';

const DIGEST = digestOf(Buffer.from('blob'));
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n';

/** Answers every request with the same, in plain http. The connections of those that have asked are counted. */
async function startServer(answer: string) {
  const asking = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      if (!bytes.toString('latin1').startsWith('HEAD ')) {
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        return;
      }
      asking.add(socket);
      socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of asking) socket.destroy();
    server.close();
  });
  const repository = { registry: `127.0.0.1:${(server.address() as AddressInfo).port}`, path: 'app' };
  return { repository, connections: () => asking.size };
}

/** More than there are ever connections to a registry. */
const QUESTIONS = 20;

it.each([
  ['are asked over few connections', HEAD, (connections: number) => connections <= 8],
  [
    'get a new connection after each answer with a body',
    `${HEAD}blob`,
    (connections: number) => connections === QUESTIONS,
  ],
])('questions for a blob %s', async (_, answer, isExpected) => {
  const server = await startServer(answer);
  const { client } = setup();
  for (let asked = 0; asked < QUESTIONS; asked++) {
    expect(await client.hasBlob(server.repository, DIGEST)).toBe(true);
  }
  expect(server.connections()).toSatisfy(isExpected);
});
