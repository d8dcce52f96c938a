import { describe, expect, it } from 'vitest';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { parseMirrorLines } from '../../src/mirrors/index.ts';
import { digestOf } from '../../src/reference/index.ts';
import { type Exchange, type Fault, reply, startFakeRegistry } from './fake-registry.ts';
import { setup } from './setup.ts';

const SUBJECT = digestOf(Buffer.from('subject'));
const SIGNATURE = digestOf(Buffer.from('signature'));

function list(exchange: Exchange, digests: readonly string[], next?: string): true {
  const manifests = digests.map((digest) => ({ mediaType: MEDIA_TYPE.ociManifest, digest, size: 100 }));
  const link = next === undefined ? {} : { link: `<${exchange.url.pathname}?page=${next}>; rel="next"` };
  const body = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests });
  return reply(exchange, 200, { 'content-type': MEDIA_TYPE.ociIndex, ...link }, body);
}

/** The API of referrers, with one of them on each page. */
function paged(pages: number): Fault {
  return (exchange) => {
    if (!exchange.url.pathname.includes('/referrers/')) return false;
    const page = Number(exchange.url.searchParams.get('page') ?? 1);
    return list(exchange, [digestOf(Buffer.from(`${page}`))], page < pages ? `${page + 1}` : undefined);
  };
}

async function referrersOf(fault?: Fault) {
  const registry = await startFakeRegistry(fault);
  return setup().client.referrers(registry.repository('app'), SUBJECT);
}

describe('a list of referrers', () => {
  it('is read over all its pages', async () => {
    expect(await referrersOf(paged(100))).toHaveLength(100);
  });

  it('of a registry without that API is none', async () => {
    expect(await referrersOf()).toBeUndefined();
  });

  it('that breaks off is not taken for the whole', async () => {
    const breaksOff: Fault = (exchange) =>
      exchange.url.searchParams.get('page') === '2' ? reply(exchange, 404) : paged(3)(exchange);
    await expect(referrersOf(breaksOff)).rejects.toThrow('the list breaks off at page 2, with status 404');
  });

  it('that has more pages than any is refused', async () => {
    await expect(referrersOf(paged(101))).rejects.toThrow('the list has more than 100 pages');
  });
});

describe('what is attached to an image that a mirror has', () => {
  const NOWHERE = '127.0.0.1:1';
  const lists = (digests: readonly string[]): Fault => {
    return (exchange) => exchange.url.pathname.includes('/referrers/') && list(exchange, digests);
  };

  /** A mirror of an image, and the registry that is named for it. */
  async function mirrored(onMirror: Fault, onSource?: Fault) {
    const mirror = await startFakeRegistry(onMirror);
    const host = onSource === undefined ? NOWHERE : (await startFakeRegistry(onSource)).host;
    const opened = setup({ mirrors: parseMirrorLines([`${host}=${mirror.host}`]) });
    return { ...opened, mirror, host, repository: { registry: host, path: 'app' } };
  }

  it('is what the mirror has where the registry is out of reach, and a warning tells once', async () => {
    const { client, repository, told } = await mirrored(() => false);
    expect(await client.referrers(repository, SUBJECT)).toBeUndefined();
    expect(await client.attached({ kind: 'tag', repository, tag: 'x.sig' })).toBeUndefined();
    const warnings = told.filter((line) => line.startsWith('signatures and the like'));
    expect(warnings).toEqual([
      'signatures and the like that only 127.0.0.1:1/app has could not be looked for: 127.0.0.1:1 refused the connection',
    ]);
  });

  it('is no reason to believe that an image is gone', async () => {
    const { client, repository } = await mirrored(() => false);
    await client.referrers(repository, SUBJECT);
    await expect(client.manifest({ kind: 'digest', repository, digest: SUBJECT })).rejects.toThrow('endpoints');
  });

  it('is asked of the registry when the mirror has nothing', async () => {
    const { client, repository } = await mirrored(lists([]), lists([SIGNATURE]));
    expect(await client.referrers(repository, SUBJECT)).toMatchObject([{ digest: SIGNATURE }]);
  });

  it('is not given up while the registry has trouble of its own', async () => {
    const { client, repository } = await mirrored(
      () => false,
      (exchange) => reply(exchange, 503),
    );
    await expect(client.referrers(repository, SUBJECT)).rejects.toMatchObject({ code: 'temporary' });
  });

  it('is not given up while the mirror has trouble', async () => {
    const { client, repository } = await mirrored((exchange) => reply(exchange, 403));
    await expect(client.referrers(repository, SUBJECT)).rejects.toMatchObject({ code: 'denied' });
  });
});
