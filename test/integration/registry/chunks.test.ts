import { connect, createServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Descriptor } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import { clientFor, repositoryOf, startForTest } from './client.ts';

const MIB = 1024 * 1024;
const LAYER = Buffer.alloc(20 * MIB, 'a layer. ');
const DESCRIPTOR: Descriptor = { mediaType: MEDIA_TYPE.ociLayer, digest: digestOf(LAYER), size: LAYER.byteLength };

/** A link to a registry that drops each connection after so many bytes sent. Gives the host to use. */
async function startFlakyLink(host: string, limit: number): Promise<string> {
  const [address = '', port = ''] = host.split(':');
  const server = createServer((client) => {
    const upstream = connect(Number(port), address);
    let sent = 0;
    const drop = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('error', drop).on('close', drop);
    upstream.on('error', drop).on('close', drop).pipe(client);
    client.on('data', (chunk) => {
      sent += chunk.byteLength;
      upstream.write(chunk);
      if (sent >= limit) setTimeout(drop, 20);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a large layer', () => {
  it('goes in chunks through a proxy that limits the size of uploads', async () => {
    const registry = await startForTest({
      intercept: ({ method, headers }) => {
        const tooLarge = method !== 'GET' && Number(headers['content-length'] ?? 0) > 10 * MIB;
        return tooLarge ? { status: 413 } : undefined;
      },
    });
    const client = clientFor();
    const repository = repositoryOf(registry, 'app');
    await client.uploadBlob(repository, DESCRIPTOR, () => Readable.from([LAYER], { objectMode: false }));
    expect((await buffer(await client.readBlob(repository, DESCRIPTOR))).equals(LAYER)).toBe(true);
  });

  // A chunk has 8 MiB: none gets through in one piece, so that whoever begins chunks anew never comes to an end.
  it('goes in chunks over a link that breaks in each of them, on from where the registry says that it is', async () => {
    const registry = await startForTest();
    const client = clientFor();
    const repository = { registry: await startFlakyLink(registry.host, 6 * MIB), path: 'app' };
    await client.uploadBlob(repository, DESCRIPTOR, () => Readable.from([LAYER], { objectMode: false }));
    const requests = registry.requests();
    expect(requests.filter(({ method }) => method === 'DELETE').at(-1)?.status).toBe(204);
    expect((await buffer(await client.readBlob(repositoryOf(registry, 'app'), DESCRIPTOR))).equals(LAYER)).toBe(true);
  });
});
