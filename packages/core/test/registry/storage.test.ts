import { describe, expect, it } from 'vitest';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { rawManifest } from '../../src/image/manifest.ts';
import { parseMirrorLines } from '../../src/mirrors/index.ts';
import { digestOf } from '../../src/reference/index.ts';
import { type Fault, reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

const SIGNAL = new AbortController().signal;
const CONTENT = '0123456789';

async function open(fault?: Fault) {
  const registry = await startFakeRegistry(fault);
  const blob = registry.addBlob(CONTENT);
  const repository = registry.repository('app');
  const { client, clock } = setup();
  const read = async (start: number, end: number, signal = SIGNAL) => {
    const pieces = await client.readBlobRange({ repository, digest: blob.digest, start, end }, signal);
    const parts: Uint8Array[] = [];
    for await (const piece of pieces ?? []) parts.push(piece);
    return pieces && Buffer.concat(parts).toString();
  };
  const tag = (name: string, annotations: object = {}) => {
    const config = { mediaType: MEDIA_TYPE.ociConfig, digest: blob.digest, size: blob.size };
    const json = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config, layers: [], annotations };
    return client.putManifest(repository, name, rawManifest(Buffer.from(JSON.stringify(json)), MEDIA_TYPE.ociManifest));
  };
  return { registry, repository, blob, client, clock, read, tag };
}

describe('a part of a blob', () => {
  it.each([
    [0, 10, CONTENT],
    [0, 1, '0'],
    [3, 6, '345'],
    [9, 10, '9'],
    [8, 99, '89'],
    [10, 12, ''],
  ])('from %d to %d', async (start, end, expected) => {
    const { read } = await open();
    expect(await read(start, end)).toBe(expected);
  });

  it.each([
    [3, 6, '345'],
    [8, 99, '89'],
    [12, 14, ''],
  ])('from %d to %d of a registry that always sends the whole', async (start, end, expected) => {
    const { read } = await open(({ request }) => {
      delete request.headers.range;
      return false;
    });
    expect(await read(start, end)).toBe(expected);
  });

  it('is undefined when there is no such blob', async () => {
    const { registry, read, blob } = await open();
    registry.blobs.delete(blob.digest);
    expect(await read(0, 1)).toBeUndefined();
  });

  it.each([
    ['another part', { 'content-range': 'bytes 2-4/10' }, 'sent "bytes 2-4/10"'],
    ['an unknown part', {}, 'sent ""'],
    ['several parts', { 'content-type': 'multipart/byteranges; boundary=x' }, 'sent ""'],
  ])('is refused when it is %s', async (_, headers, message) => {
    const { read } = await open((exchange) => exchange.method === 'GET' && reply(exchange, 206, headers, '234'));
    await expect(read(3, 6)).rejects.toThrow(message);
  });

  it('is refused when it is a web page', async () => {
    const { read } = await open((exchange) => {
      return (
        exchange.method === 'GET' && reply(exchange, 200, { 'content-type': 'text/html' }, '<title>Sign in</title>')
      );
    });
    await expect(read(0, 3)).rejects.toThrow('a web page titled "Sign in"');
  });

  it('is asked for again after a failure that may pass', async () => {
    let failures = 2;
    const { read, registry } = await open((exchange) => failures-- > 0 && reply(exchange, 503));
    expect(await read(3, 6)).toBe('345');
    expect(registry.exchanges).toHaveLength(3);
  });

  it('ends in an error that may pass when the connection breaks', async () => {
    const { read } = await open(({ response }) => {
      response.writeHead(206, { 'content-range': 'bytes 0-9/10', 'content-length': '10' });
      response.write('01', () => response.destroy());
      return true;
    });
    expect(await failureOf(read(0, 10))).toMatchObject({ code: 'temporary', transient: true });
  });

  it('is not asked for when the signal has ended', async () => {
    const { read, registry } = await open();
    await expect(read(0, 1, AbortSignal.abort())).rejects.toThrow('cancelled');
    expect(registry.lines()).toEqual([]);
  });
});

describe('the size of a blob', () => {
  it('is told, or undefined', async () => {
    const { client, repository, blob } = await open();
    expect(await client.blobSize(repository, blob.digest)).toBe(10);
    expect(await client.blobSize(repository, digestOf(Buffer.from('none')))).toBeUndefined();
  });
});

describe('tags', () => {
  it('come from all pages', async () => {
    const { client, repository, tag } = await open();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await tag(name, { name });
    expect(await client.tags(repository, SIGNAL)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('are none of a repository that is not there', async () => {
    const { client, repository } = await open();
    expect(await client.tags(repository, SIGNAL)).toEqual([]);
  });

  it.each(['{"name":"app","tags":null}', '{}', '{"tags":[1,{}]}'])('are none in %s', async (body) => {
    const { client, repository } = await open((exchange) => reply(exchange, 200, {}, body));
    expect(await client.tags(repository, SIGNAL)).toEqual([]);
  });

  it('are refused when they are no list', async () => {
    const { client, repository } = await open((exchange) => reply(exchange, 200, {}, 'no'));
    await expect(client.tags(repository, SIGNAL)).rejects.toThrow('no list of tags');
  });

  it.each(['<http://169.254.169.254/latest>; rel="next"', '<file:///etc/passwd>; rel=next', '<http://[>; rel="next"'])(
    'are not looked for at %s',
    async (link) => {
      const { client, repository } = await open((exchange) => reply(exchange, 200, { link }, '{"tags":["a"]}'));
      await expect(client.tags(repository, SIGNAL)).rejects.toThrow('the link to its next page is refused');
    },
  );

  it('are not told where a registry links to the same page for ever', async () => {
    const link = '</v2/app/tags/list?n=1>; rel="next"';
    const { client, repository } = await open((exchange) => reply(exchange, 200, { link }, '{"tags":["a"]}'));
    await expect(client.tags(repository, SIGNAL)).rejects.toThrow('the list has more than 200 pages');
  });

  it('may be more on one page than a call takes arguments', async () => {
    const tags = Array.from({ length: 200_000 }, (_, index) => `v${index}`);
    const { client, repository } = await open((exchange) => reply(exchange, 200, {}, JSON.stringify({ tags })));
    expect(await client.tags(repository, SIGNAL)).toHaveLength(200_000);
  });

  it('are not what can be none', async () => {
    const body = JSON.stringify({ tags: ['a', '../../secret', 'b c', '', 'x'.repeat(129), 'b'] });
    const { client, repository } = await open((exchange) => reply(exchange, 200, {}, body));
    expect(await client.tags(repository, SIGNAL)).toEqual(['a', 'b']);
  });
});

describe('deleting a manifest', () => {
  it('takes its tags away, and is content when it is gone', async () => {
    const { client, repository, tag } = await open();
    for (const name of ['a', 'b']) await tag(name);
    await tag('c', { another: 'one' });
    const digest = (await client.ownManifest({ kind: 'tag', repository, tag: 'a' }))?.digest ?? digestOf(Buffer.of());
    await client.deleteManifest(repository, digest);
    expect(await client.tags(repository, SIGNAL)).toEqual(['c']);
    await client.deleteManifest(repository, digest);
  });

  it('fails with what the registry says', async () => {
    const { client, repository, blob } = await open((exchange) => reply(exchange, 405));
    expect(await failureOf(client.deleteManifest(repository, blob.digest))).toMatchObject({ status: 405 });
  });
});

describe('what is kept in a repository', () => {
  it('is not read from its mirrors', async () => {
    const mirror = await startFakeRegistry();
    const registry = await startFakeRegistry();
    const { client } = setup({ mirrors: parseMirrorLines([`${registry.host}=${mirror.host}`]) });
    const repository = registry.repository('app');
    const { digest } = registry.addBlob(CONTENT);
    await client.ownManifest({ kind: 'tag', repository, tag: 'v1' });
    await client.blobSize(repository, digest);
    await client.readBlobRange({ repository, digest, start: 0, end: 1 }, SIGNAL);
    await client.tags(repository, SIGNAL);
    await client.deleteManifest(repository, digest);
    expect(mirror.lines()).toEqual([]);
    expect(registry.lines().length).toBe(5);
  });
});
