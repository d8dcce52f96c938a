import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../src/auth/index.ts';
import { type Descriptor, rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { readImage } from '../../src/image/source.ts';
import { parseHostsToml, parseMirrorLines, parseRegistriesConf } from '../../src/mirrors/index.ts';
import { digestOf, type ImageReference, parseReference } from '../../src/reference/index.ts';
import { type FakeRegistry, type Fault, reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const CONFIG = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
const LAYER = 'x'.repeat(2 * 1024 * 1024);

interface Pushed {
  readonly index: string;
  readonly manifest: string;
  readonly config: Descriptor;
  readonly layer: Descriptor;
}

const answers =
  (status: number): Fault =>
  (exchange) =>
    reply(exchange, status);

const breaks: Fault = ({ response }) => {
  response.destroy();
  return true;
};

/** An index with one image, under the tag 1. */
function put(registry: FakeRegistry, path: string): Pushed {
  const config = { ...registry.addBlob(CONFIG), mediaType: MEDIA_TYPE.ociConfig };
  const layer = { ...registry.addBlob(LAYER), mediaType: MEDIA_TYPE.ociLayerGzip };
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [] }));
  const child = { mediaType: MEDIA_TYPE.ociManifest, digest: digestOf(manifest), size: manifest.length };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ ...child, platform: AMD64 }] }));
  registry.manifests.set(`${path}:${child.digest}`, { mediaType: MEDIA_TYPE.ociManifest, bytes: manifest });
  for (const name of ['1', digestOf(index)]) {
    registry.manifests.set(`${path}:${name}`, { mediaType: MEDIA_TYPE.ociIndex, bytes: index });
  }
  return { index: digestOf(index), manifest: child.digest, config, layer };
}

/** A registry with an image, and a mirror of it: `<registry>/app` is `<mirror>/copy/app`. */
async function mirrored({ fault, empty = false }: { readonly fault?: Fault; readonly empty?: boolean } = {}) {
  const [source, mirror] = [await startFakeRegistry(), await startFakeRegistry(fault)];
  const pushed = put(source, 'app');
  if (!empty) put(mirror, 'copy/app');
  const mirrors = parseMirrorLines([`${source.host}=${mirror.host}/copy`]);
  return { source, mirror, mirrors, pushed, tag: parseReference(`${source.host}/app:1`) };
}

/** Everything of an image, as a build reads it. */
async function readAll({ client }: ReturnType<typeof setup>, reference: ImageReference, { layer }: Pushed) {
  const found = await client.resolve(reference, AMD64);
  if (found === undefined) throw new Error('there is no such image');
  const image = await readImage(client.source(reference.repository), found.manifest);
  await buffer(await image.source.open(layer));
  return image;
}

describe('an image with a mirror', () => {
  it('is read from the mirror alone, by exactly these requests', async () => {
    const { source, mirror, mirrors, pushed, tag } = await mirrored();
    await readAll(setup({ mirrors }), tag, pushed);
    expect(source.lines()).toEqual([]);
    expect(mirror.lines()).toEqual([
      'GET /v2/copy/app/manifests/1',
      `GET /v2/copy/app/manifests/${pushed.manifest}`,
      `GET /v2/copy/app/blobs/${pushed.config.digest}`,
      `GET /v2/copy/app/blobs/${pushed.layer.digest}`,
    ]);
  });

  it('knows where it was read from, and the log says so once', async () => {
    const { source, mirror, mirrors, pushed, tag } = await mirrored();
    const opened = setup({ mirrors });
    const image = await readAll(opened, tag, pushed);
    expect(image.source.name).toBe(`${mirror.host}/copy/app`);
    const said = opened.logged.filter((line) => line.includes('is served by'));
    expect(said).toEqual([`${source.host}/app is served by ${mirror.host}/copy/app`]);
  });

  it('whose name has no server of its own is found', async () => {
    const mirror = await startFakeRegistry();
    const pushed = put(mirror, 'hub/library/base');
    const mirrors = parseMirrorLines([`docker.io=${mirror.host}/hub`]);
    const image = await readAll(setup({ mirrors }), parseReference('base:1'), pushed);
    expect(image.raw.digest).toBe(pushed.manifest);
  });

  it('is found missing when nobody has it', async () => {
    const { mirrors, tag } = await mirrored();
    const missing = { ...tag, kind: 'tag', tag: '2' } as const;
    expect(await setup({ mirrors }).client.resolve(missing, AMD64)).toBeUndefined();
  });
});

describe('a mirror that', () => {
  const lies: Fault = (exchange) =>
    exchange.method === 'GET' &&
    reply(exchange, 200, { 'content-type': MEDIA_TYPE.ociIndex }, '{"schemaVersion":2,"manifests":[]} ');

  it.each<[string, Fault, number, boolean]>([
    ['does not have it', answers(404), 1, false],
    ['wants a login', answers(401), 1, true],
    ['refuses', answers(403), 1, true],
    ['is in trouble', answers(503), 2, true],
    ['limits requests', answers(429), 2, true],
    ['breaks connections', breaks, 2, true],
    ['sends other bytes', lies, 1, true],
  ])('%s is passed over, with a warning where it matters', async (_, fault, asked, warned) => {
    const { source, mirror, mirrors, pushed } = await mirrored({ fault });
    const { client, clock, logged } = setup({ mirrors });
    const reference = parseReference(`${source.host}/app@${pushed.index}`);
    expect((await client.manifest(reference))?.digest).toBe(pushed.index);
    expect(mirror.exchanges).toHaveLength(asked);
    expect(logged.some((line) => line.includes('is passed over'))).toBe(warned);
    expect(clock.slept.every((wait) => wait <= 2000)).toBe(true);
  });

  it('asks to wait long is not waited for', async () => {
    const fault: Fault = (exchange) => reply(exchange, 429, { 'retry-after': '60' });
    const { mirrors, tag } = await mirrored({ fault });
    const { client, clock } = setup({ mirrors });
    expect(await client.manifest(tag)).toBeDefined();
    expect(clock.slept).toEqual([]);
  });

  it('did not answer once is asked last from then on', async () => {
    const { source, mirror, mirrors, pushed } = await mirrored({ fault: breaks });
    put(source, 'other');
    const opened = setup({ mirrors });
    await readAll(opened, parseReference(`${source.host}/app:1`), pushed);
    const asked = mirror.exchanges.length;
    await readAll(opened, parseReference(`${source.host}/other:1`), pushed);
    expect(mirror.exchanges).toHaveLength(asked);
  });

  it('did not answer once is not needed to know that there is no other tag', async () => {
    const { mirror, mirrors, tag } = await mirrored({ fault: breaks });
    const { client } = setup({ mirrors });
    await client.manifest(tag);
    const asked = mirror.exchanges.length;
    expect(await client.manifest({ ...tag, kind: 'tag', tag: '2' })).toBeUndefined();
    expect(mirror.exchanges).toHaveLength(asked);
  });

  it('did not answer once does not make a digest that the source lacks a failure', async () => {
    const { source, mirrors, tag } = await mirrored({ fault: breaks });
    const { client } = setup({ mirrors });
    await client.manifest(tag);
    const reference = parseReference(`${source.host}/app@${digestOf(Buffer.from('other'))}`);
    expect(await client.manifest(reference)).toBeUndefined();
  });

  it('lacks a blob gets it from the source', async () => {
    const { source, mirror, mirrors, pushed, tag } = await mirrored();
    mirror.blobs.delete(pushed.layer.digest);
    await readAll(setup({ mirrors }), tag, pushed);
    expect(source.lines()).toEqual([`GET /v2/app/blobs/${pushed.layer.digest}`]);
  });

  it('breaks off in a blob is followed by the source from there on', async () => {
    const half = LAYER.length / 2;
    const fault: Fault = ({ response, request }) => {
      if (request.headers.range === undefined) {
        response.writeHead(200, { 'content-length': LAYER.length });
        response.write(LAYER.slice(0, half), () => response.destroy());
      } else response.destroy();
      return true;
    };
    const { source, mirrors, pushed } = await mirrored({ fault });
    const { client } = setup({ mirrors });
    const stream = await client.readBlob(source.repository('app'), pushed.layer);
    expect((await buffer(stream)).equals(Buffer.from(LAYER))).toBe(true);
    expect(source.exchanges.map(({ request }) => request.headers.range)).toEqual([
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
    ]);
  });

  const spoils = (part: 'config' | 'layer'): Fault => {
    const content = part === 'config' ? CONFIG : LAYER;
    return (exchange) =>
      exchange.line.endsWith(digestOf(Buffer.from(content))) && reply(exchange, 200, {}, 'y'.repeat(content.length));
  };

  it('has a wrong small blob gets it from the source', async () => {
    const { source, mirrors, pushed } = await mirrored({ fault: spoils('config') });
    const { client, logged } = setup({ mirrors });
    const stream = await client.readBlob(source.repository('app'), pushed.config);
    expect((await buffer(stream)).toString()).toBe(CONFIG);
    expect(logged.join('\n')).toMatch(/is passed over .*digest/);
  });

  it('has a small blob that is wrong and too short gets the whole from the source', async () => {
    const fault: Fault = ({ response }) => {
      response.write('y', () => response.end());
      return true;
    };
    const { source, mirrors, pushed } = await mirrored({ fault });
    const { client } = setup({ mirrors });
    const stream = await client.readBlob(source.repository('app'), pushed.config);
    expect((await buffer(stream)).toString()).toBe(CONFIG);
  });

  it('has a wrong large blob is not asked for it again', async () => {
    const { source, mirrors, pushed } = await mirrored({ fault: spoils('layer') });
    const { client } = setup({ mirrors });
    const read = async () => buffer(await client.readBlob(source.repository('app'), pushed.layer));
    const error = await failureOf(read());
    expect([error.transient, error.message]).toEqual([true, expect.stringContaining('digest')]);
    expect((await read()).length).toBe(LAYER.length);
  });

  it('sends the beginning of something else is not mended by the source, but not asked again', async () => {
    const fault: Fault = ({ line, response }) => {
      if (!line.includes('/blobs/')) return false;
      response.write('y');
      response.end();
      return true;
    };
    const { source, mirrors, pushed } = await mirrored({ fault });
    const { client } = setup({ mirrors });
    const read = async (blob: Descriptor) => buffer(await client.readBlob(source.repository('app'), blob));
    expect((await read(pushed.config)).toString()).toBe(CONFIG);
    expect((await failureOf(read(pushed.layer))).transient).toBe(true);
    expect((await read(pushed.layer)).length).toBe(LAYER.length);
  });

  it('had a wrong large blob does not end an upload of it', async () => {
    const { source, mirrors, pushed } = await mirrored({ fault: spoils('layer') });
    const target = await startFakeRegistry();
    const { client } = setup({ mirrors });
    const open = () => client.readBlob(source.repository('app'), pushed.layer);
    await client.uploadBlob(target.repository('app'), pushed.layer, open);
    expect(target.blobs.has(pushed.layer.digest)).toBe(true);
  });
});

describe('when every endpoint fails', () => {
  async function failing(atMirror: Fault, atSource: Fault) {
    const [source, mirror] = [await startFakeRegistry(atSource), await startFakeRegistry(atMirror)];
    const { client } = setup({ mirrors: parseMirrorLines([`${source.host}=${mirror.host}/copy`]) });
    const error = await failureOf(client.manifest(parseReference(`${source.host}/app:1`)));
    return { source, mirror, error };
  }

  it('each is told with its own reason', async () => {
    const { source, mirror, error } = await failing(answers(403), answers(500));
    expect(error.message).toContain(`${mirror.host}/copy/app: 403 Forbidden`);
    expect(error.message).toContain(`${source.host}/app: 500 Internal Server Error`);
  });

  it.each<[string, Fault, Fault, string, number | undefined]>([
    ['a refusal tells more than trouble', answers(500), answers(401), 'denied', 401],
    ['a refusal tells more than silence', answers(403), breaks, 'denied', 403],
    ['trouble tells more than silence', breaks, answers(503), 'temporary', 503],
    ['silence tells more than that it is not there', answers(404), breaks, 'temporary', undefined],
  ])('%s', async (_, atMirror, atSource, code, status) => {
    const { error } = await failing(atMirror, atSource);
    expect([error.code, error.status]).toEqual([code, status]);
  });

  it('nothing is missing for sure unless the source says so', async () => {
    const [source, mirror] = [await startFakeRegistry(), await startFakeRegistry(answers(503))];
    const reference = parseReference(`${source.host}/app:1`);
    const open = `[[registry]]\nlocation = "${source.host}"\n[[registry.mirror]]\nlocation = "${mirror.host}"\n`;
    const ask = async (text: string) =>
      setup({ mirrors: parseRegistriesConf(text, 'registries.conf') }).client.manifest(reference);
    expect(await ask(open)).toBeUndefined();
    await expect(ask(open.replace('[[registry.mirror]]', 'blocked = true\n[[registry.mirror]]'))).rejects.toMatchObject(
      {
        status: 503,
      },
    );
  });

  it('a cancelled run asks nobody else', async () => {
    const controller = new AbortController();
    const cancels: Fault = (exchange) => {
      controller.abort();
      return breaks(exchange);
    };
    const { source, mirrors, tag } = await mirrored({ fault: cancels });
    const { client } = setup({ mirrors, signal: controller.signal });
    await expect(client.manifest(tag)).rejects.toMatchObject({ code: 'cancelled' });
    expect(source.lines()).toEqual([]);
  });
});

describe('a mirror for digests', () => {
  async function digestOnly() {
    const { source, mirror, pushed, tag } = await mirrored();
    const text = `[[registry]]\nlocation = "${source.host}"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "${mirror.host}/copy"`;
    return { source, mirror, pushed, tag, mirrors: parseRegistriesConf(text, 'registries.conf') };
  }

  it('is not asked for what belongs to a tag that the source has resolved', async () => {
    const { mirror, mirrors, pushed, tag } = await digestOnly();
    await readAll(setup({ mirrors }), tag, pushed);
    expect(mirror.lines()).toEqual([]);
  });

  it('serves what is named by digest', async () => {
    const { source, mirrors, pushed } = await digestOnly();
    await readAll(setup({ mirrors }), parseReference(`${source.host}/app@${pushed.index}`), pushed);
    expect(source.lines()).toEqual([]);
  });
});

describe('a mirror for tags', () => {
  it('keeps what belongs to a tag that it has resolved', async () => {
    const { source, mirror, pushed, tag } = await mirrored();
    const text = `[[registry]]\nlocation = "${source.host}"\nblocked = true\n[[registry.mirror]]\nlocation = "${mirror.host}/copy"\npull-from-mirror = "tag-only"`;
    const mirrors = parseRegistriesConf(text, 'registries.conf');
    const image = await readAll(setup({ mirrors }), tag, pushed);
    expect(image.raw.digest).toBe(pushed.manifest);
    // Publishing may be another process, which knows digests only.
    const later = await setup({ mirrors }).client.readBlob(tag.repository, pushed.layer);
    expect((await buffer(later)).length).toBe(LAYER.length);
  });
});

describe('credentials', () => {
  it('go to the host that they are for, and to no other', async () => {
    const wantsLogin: Fault = (exchange) =>
      exchange.authorization === undefined && reply(exchange, 401, { 'www-authenticate': 'Basic realm="x"' });
    const hosts = [await startFakeRegistry(wantsLogin), await startFakeRegistry(wantsLogin)] as const;
    const [source, mirror] = hosts;
    const pushed = put(source, 'app');
    const credential = ({ registry }: { readonly registry: string }): Credential => {
      return { kind: 'basic', username: registry, password: 'canary' };
    };
    const mirrors = parseMirrorLines([`${source.host}=${mirror.host}/copy`]);
    await readAll(setup({ mirrors, credential }), parseReference(`${source.host}/app:1`), pushed);
    for (const { exchanges, host } of hosts) {
      const own = `Basic ${Buffer.from(`${host}:canary`).toString('base64')}`;
      expect(new Set(exchanges.map(({ authorization }) => authorization))).toEqual(new Set([undefined, own]));
    }
  });

  it('of the registry are not tried at a mirror that has none', async () => {
    const { source, mirror, mirrors, pushed, tag } = await mirrored({ fault: answers(401) });
    const credential = ({ registry }: { readonly registry: string }): Credential | undefined => {
      return registry === source.host ? { kind: 'bearer', token: 'canary' } : undefined;
    };
    await readAll(setup({ mirrors, credential }), tag, pushed);
    expect(mirror.exchanges.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(source.exchanges.every(({ authorization }) => authorization === 'Bearer canary')).toBe(true);
  });
});

describe('a server of hosts.toml', () => {
  it('is asked under its own path, on behalf of the registry', async () => {
    const server = await startFakeRegistry((exchange) => {
      const { pathname } = exchange.url;
      if (!pathname.startsWith('/us/v2/')) return reply(exchange, 404);
      const served = server.manifests.get(`app:${pathname.split('/').at(-1) ?? ''}`);
      return served === undefined
        ? reply(exchange, 404)
        : reply(exchange, 200, { 'content-type': served.mediaType }, served.bytes);
    });
    const { index } = put(server, 'app');
    const mirrors = parseHostsToml(`[host."http://${server.host}/us"]`, '/certs.d/a.example/hosts.toml', 'a.example');
    const { client } = setup({ mirrors });
    expect((await client.manifest(parseReference('a.example/app:1')))?.digest).toBe(index);
    expect(server.exchanges.map(({ url }) => url.pathname + url.search)).toEqual([
      '/us/v2/app/manifests/1?ns=a.example',
    ]);
  });
});

describe('what is written', () => {
  it('and what is asked about it concerns the named registry, never a mirror', async () => {
    const { source, mirror, mirrors, pushed } = await mirrored();
    const { client } = setup({ mirrors });
    const repository = source.repository('app');
    const bytes = Buffer.from('blob');
    const blob = { mediaType: MEDIA_TYPE.ociLayerGzip, digest: digestOf(bytes), size: bytes.length };
    await client.checkPush(repository);
    expect(await client.hasBlob(repository, blob.digest)).toBe(false);
    await client.uploadBlob(repository, blob, () => Readable.from([bytes]));
    const config = { mediaType: MEDIA_TYPE.ociConfig, digest: blob.digest, size: blob.size };
    const text = JSON.stringify({ schemaVersion: 2, config, layers: [] });
    await client.putManifest(repository, '2', rawManifest(Buffer.from(text), MEDIA_TYPE.ociManifest));
    expect(await client.headManifest({ kind: 'tag', repository, tag: '2' })).toBeDefined();
    expect(await client.mountBlob(repository, pushed.layer.digest, source.repository('other'))).toBe(false);
    expect(mirror.lines()).toEqual([]);
  });
});

describe('mounting a blob of an image that has a mirror', () => {
  it('names the repository of the mirror where that is on the same registry', async () => {
    const { source, mirror, mirrors, pushed } = await mirrored();
    const { client } = setup({ mirrors });
    await client.mountBlob(mirror.repository('out'), pushed.layer.digest, source.repository('app'));
    expect(mirror.exchanges.map(({ url }) => url.searchParams.get('from'))).toContain('copy/app');
    expect(source.lines()).toEqual([]);
  });

  it.each(['read', 'not read yet'])('is left when it comes from elsewhere: %s', async (state) => {
    const { source, mirrors, pushed, tag } = await mirrored();
    const { client } = setup({ mirrors });
    if (state === 'read') await client.manifest(tag);
    expect(await client.mountBlob(source.repository('out'), pushed.layer.digest, source.repository('app'))).toBe(false);
    expect(source.lines()).toEqual([]);
  });

  it('names the registry itself where that has served it', async () => {
    const { source, mirrors, pushed, tag } = await mirrored({ empty: true });
    const { client } = setup({ mirrors });
    await client.manifest(tag);
    await client.mountBlob(source.repository('out'), pushed.layer.digest, source.repository('app'));
    expect(source.exchanges.map(({ url }) => url.searchParams.get('from'))).toContain('app');
  });
});
