import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import { type Fault, reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

const MEGABYTE = 1024 * 1024;

describe('reading a blob', () => {
  it('streams the verified bytes', async () => {
    const registry = await startFakeRegistry();
    const { client } = setup();
    const blob = registry.addBlob('hello');
    expect(await text(await client.readBlob(registry.repository('app'), blob))).toBe('hello');
  });

  it('reads an empty blob', async () => {
    const registry = await startFakeRegistry();
    const blob = registry.addBlob('');
    expect(await text(await setup().client.readBlob(registry.repository('app'), blob))).toBe('');
  });

  it('goes on where the connection broke, as often as it gets further', async () => {
    const content = Buffer.alloc(6 * MEGABYTE, 'x');
    const breaks = [1, 2, 3, 4, 5].map((count) => count * MEGABYTE);
    const registry = await startFakeRegistry(breakAfter(content, breaks));
    const blob = registry.addBlob(content);
    const { client } = setup();
    const received = await buffer(await client.readBlob(registry.repository('app'), blob));
    expect(received.equals(content)).toBe(true);
    expect(client.traffic().bytesDown).toBe(content.byteLength);
  });

  it('ends the download when the stream is destroyed', async () => {
    const closed = Promise.withResolvers<boolean>();
    const registry = await startFakeRegistry(({ response }) => {
      response.on('close', () => {
        closed.resolve(response.writableFinished);
      });
      response.writeHead(200, { 'content-length': '10' }).write('x');
      return true;
    });
    const blob = registry.addBlob('0123456789');
    const stream = await setup().client.readBlob(registry.repository('app'), blob);
    // Later than the chunk, when the stream already waits for the next one.
    stream.once('data', () => setTimeout(() => stream.destroy(), 10));
    expect(await closed.promise).toBe(false);
  });
});

describe('uploading a blob', () => {
  const content = Buffer.from('layer');

  it.each([
    ['a source', () => Readable.from([content])],
    ['bytes at hand', () => content],
  ])('posts, then puts %s with the digest and the location as it was', async (_, open) => {
    const registry = await startFakeRegistry();
    const blob = registry.addBlob(content);
    registry.blobs.clear();
    const { client } = setup();
    await client.uploadBlob(registry.repository('app'), blob, open);
    expect(registry.blobs.get(blob.digest)?.equals(content)).toBe(true);
    expect(client.traffic()).toEqual({ requests: 2, bytesUp: content.byteLength, bytesDown: 0 });
  });

  it('opens the source again for each try', async () => {
    let failures = 2;
    const registry = await startFakeRegistry((exchange) => {
      return exchange.method === 'PUT' && failures-- > 0 && reply(exchange, 503);
    });
    const blob = registry.addBlob(content);
    let opened = 0;
    await setup().client.uploadBlob(registry.repository('app'), blob, () => {
      opened += 1;
      return Readable.from([content]);
    });
    expect(opened).toBe(3);
  });

  it.each([
    ['a source that is shorter', Readable.from([Buffer.from('laye')])],
    ['a source that is longer', Readable.from([Buffer.from('layers')])],
    ['bytes that are fewer', Buffer.from('laye')],
    ['bytes that are more', Buffer.from('layers')],
  ])('refuses %s than announced', async (_, actual) => {
    const registry = await startFakeRegistry();
    const blob = registry.addBlob(content);
    const upload = setup().client.uploadBlob(registry.repository('app'), blob, () => actual);
    await expect(upload).rejects.toMatchObject({ code: 'image' });
  });

  it("passes the source's own failure on, without another try", async () => {
    const registry = await startFakeRegistry();
    const blob = registry.addBlob(content);
    const failure = new BuildpacksError('image', 'the layout is broken');
    const { client, clock } = setup();
    const upload = client.uploadBlob(registry.repository('app'), blob, () =>
      Readable.from(
        (function* () {
          yield Buffer.from('la');
          throw failure;
        })(),
      ),
    );
    await expect(upload).rejects.toBe(failure);
    expect(clock.slept).toEqual([]);
  });
});

describe('mounting a blob', () => {
  it('is done when the registry says 201', async () => {
    const registry = await startFakeRegistry((exchange) => reply(exchange, 201));
    const blob = registry.addBlob('layer');
    const { client } = setup();
    expect(await client.mountBlob(registry.repository('app'), blob.digest, registry.repository('base'))).toBe(true);
    expect(registry.exchanges[0]?.url.searchParams.get('from')).toBe('base');
  });

  it('is not asked for across registries', async () => {
    const registry = await startFakeRegistry();
    const { client } = setup();
    const { digest } = registry.addBlob('layer');
    expect(
      await client.mountBlob(registry.repository('app'), digest, { registry: 'other.invalid', path: 'base' }),
    ).toBe(false);
    expect(client.traffic().requests).toBe(0);
  });
});

it('a blob of one registry is not uploaded to another when it is not what it should be', async () => {
  const from = await startFakeRegistry((exchange) => exchange.method === 'GET' && reply(exchange, 200, {}, 'laYer'));
  const to = await startFakeRegistry();
  const blob = from.addBlob('layer');
  const { client } = setup();
  const upload = client.uploadBlob(to.repository('app'), blob, () => client.readBlob(from.repository('base'), blob));
  expect((await failureOf(upload)).message).toContain(from.host);
  expect(to.blobs.size).toBe(0);
});

/** Breaks successive answers off at these offsets of the blob; ranges are honoured. */
function breakAfter(content: Buffer, offsets: readonly number[]): Fault {
  const left = [...offsets];
  return ({ request, response }) => {
    const end = left.shift();
    if (end === undefined) return false;
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': String(content.byteLength - start),
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` }),
    });
    response.write(content.subarray(start, end), () => response.socket?.destroy());
    return true;
  };
}
