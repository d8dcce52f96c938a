import { generateKeyPairSync } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheIndex } from '../../../src/cache/format/cache-index.ts';
import { chunkName, ChunkTable } from '../../../src/cache/format/chunk-table.ts';
import { type IndexExpectation, openIndex, sealIndex } from '../../../src/cache/format/index-object.ts';
import { readSignKey, readVerifyKeys } from '../../../src/cache/format/keys.ts';
import { renderIndex } from '../../../src/cache/format/render.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { BUILDER, IDENTITY, sampleIndex, samplePack } from '../support/sample-index.ts';

const UNSIGNED: IndexExpectation = { identity: IDENTITY };
const LINES = 'buildpacks-ci-cache 1\n{}\n';

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const open = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return { secret, open, signKey: readSignKey(secret), verifyKeys: readVerifyKeys(open) };
}

const WRITER = keyPair();
const OTHER = keyPair();

function signedBy(keys: IndexExpectation['signed']): IndexExpectation {
  return { identity: IDENTITY, ...(keys !== undefined && { signed: keys }) };
}

const TRUSTED = { keys: WRITER.verifyKeys, builder: BUILDER, now: 1_795_000_100 };

/** The object of a text that no writer of ours makes. */
const objectOf = (text: string) => Buffer.concat([Buffer.from(LINES), zstdCompressSync(text)]);

async function reasonFor(object: Uint8Array, expected = UNSIGNED): Promise<string> {
  const opened = await openIndex(object, expected);
  return opened.kind === 'index' ? 'index' : opened.reason;
}

describe('an index object', () => {
  it('opens as what was sealed', async () => {
    const index = sampleIndex();
    const object = await sealIndex(index);
    expect(await openIndex(object, UNSIGNED)).toEqual({ kind: 'index', index, digest: digestOf(object) });
  });

  it('may name an image and a parent', async () => {
    const index = sampleIndex({ image: digestOf(Buffer.from('image')), parent: digestOf(Buffer.from('parent')) });
    expect(await openIndex(await sealIndex(index), UNSIGNED)).toMatchObject({ kind: 'index', index });
  });

  it('holds any text', async () => {
    const fields = fc.record({ metadata: fc.string({ unit: 'binary' }), createdBy: fc.string({ unit: 'grapheme' }) });
    await fc.assert(
      fc.asyncProperty(fields, async (changes) => {
        const index = sampleIndex(changes);
        expect(await openIndex(await sealIndex(index), UNSIGNED)).toMatchObject({ kind: 'index', index });
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  it.each([
    ['of a newer version', 'buildpacks-ci-cache 2\n{}\n', 'version'],
    ['of something else', 'buildpacks-ci-lock 1\n{}\n', 'damaged'],
    ['without lines', 'x'.repeat(5000), 'damaged'],
    ['that is empty', '', 'damaged'],
    ['with a second line that is no object', 'buildpacks-ci-cache 1\n[]\n', 'damaged'],
  ])('%s is refused', async (_, start, reason) => {
    const payload = zstdCompressSync(renderIndex(sampleIndex()));
    expect(await reasonFor(Buffer.concat([Buffer.from(start), payload]))).toBe(reason);
  });

  it('gives nothing else than what was sealed, whatever bit is flipped', async () => {
    const index = sampleIndex();
    const object = await sealIndex(index);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: object.length * 8 - 1 }), async (bit) => {
        const flipped = Buffer.from(object);
        flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
        const opened = await openIndex(flipped, signedBy(TRUSTED));
        expect(opened.kind).toBe('refused');
      }),
      { numRuns: 500 },
    );
  });

  it('does not open when it is cut off', async () => {
    const object = await sealIndex(sampleIndex());
    for (let length = 0; length < object.length; length++) {
      expect(await reasonFor(object.subarray(0, length))).toBe('damaged');
    }
  });
});

describe('a text that reads in two ways', () => {
  const text = renderIndex(sampleIndex());

  it.each([
    ['a field twice', text.replace('"created":', '"created":1,"created":')],
    ['a field that is not known', text.replace('"created":', '"extra":1,"created":')],
    ['fields in another order', text.replace(/("created":\d+),("expires":\d+)/, '$2,$1')],
    ['blanks', text.replace('"created":', '"created": ')],
    ['another escape', text.replace('default', '\\u0064efault')],
    ['a number in another form', text.replace('"uid":1001', '"uid":1.001e3')],
    ['base64 in another form', text.replace(/"chunks":"([^"]+)"/, '"chunks":"$1\\n"')],
    ['something behind it', `${text} `],
    ['a byte order mark', `\ufeff${text}`],
  ])('is refused: %s', async (_, changed) => {
    expect(changed).not.toBe(text);
    expect(await reasonFor(objectOf(changed))).toBe('damaged');
  });
});

describe('an index that does not fit together', () => {
  const layer = (chunks: CacheIndex['layers'][number]['chunks'], size: number, name = 'x') => ({
    layers: [{ diffId: digestOf(Buffer.from(name)), size, chunks }],
  });
  const run = (pack: number, first: number, count: number) => ({ pack, first, count });
  const pack = samplePack(1, [[100, 200], [300]]);

  it.each<[string, Partial<CacheIndex>]>([
    ['a layer whose size is not that of its chunks', layer([run(0, 0, 2)], 299)],
    ['an empty layer', layer([], 0)],
    ['a pack that is not there', layer([run(2, 0, 1)], 100)],
    ['chunks that are not there', layer([run(0, 2, 2)], 300)],
    ['an empty run', layer([run(0, 0, 1), run(0, 1, 0)], 100)],
    ['too many places of chunks', layer([run(0, 0, Number.MAX_SAFE_INTEGER)], 100)],
    ['a layer twice', { layers: [...sampleIndex().layers, ...sampleIndex().layers] }],
    ['a pack twice', { packs: [pack, pack], layers: [] }],
    [
      'too many layers',
      { layers: Array.from({ length: 501 }, (_, index) => layer([run(0, 0, 1)], 100, `${index}`).layers).flat() },
    ],
    ['too many packs', { packs: Array.from({ length: 65 }, (_, seed) => samplePack(seed, [[1]])), layers: [] }],
    ['a chunk of no bytes', { packs: [samplePack(1, [[0]])], layers: [] }],
    ['a chunk that is too large', { packs: [samplePack(1, [[262_145]])], layers: [] }],
    ['a frame that is too large', { packs: [samplePack(1, [Array<number>(17).fill(262_144)])], layers: [] }],
    ['a frame without chunks', { packs: [samplePack(1, [[1], []])], layers: [] }],
    ['a pack smaller than its frames', { packs: [{ ...pack, size: 1999 }], layers: [] }],
    ['chunks in no frame', { packs: [{ ...pack, frames: pack.frames.slice(1) }], layers: [] }],
    ['metadata that is too large', { metadata: ' '.repeat(8 * 1024 * 1024 + 1) }],
    [
      'layers that inflate too much',
      {
        packs: [samplePack(1, [[262_144]])],
        ...layer(Array<CacheIndex['layers'][number]['chunks'][number]>(5000).fill(run(0, 0, 1)), 5000 * 262_144),
      },
    ],
  ])('is neither opened nor sealed: %s', async (_, changes) => {
    const index = sampleIndex(changes);
    await expect(sealIndex(index)).rejects.toThrow("the cache index can't be used");
    expect(await reasonFor(objectOf(renderIndex(index)))).toBe('damaged');
  });

  it.each([
    ['a negative number', '"uid":1001', '"uid":-1'],
    ['a fraction', '"uid":1001', '"uid":1.5'],
    ['a text for a number', '"uid":1001', '"uid":"1001"'],
    ['a digest of another kind', `"builder":"${BUILDER}"`, '"builder":"md5:00"'],
    ['nothing for a field', '"scope":"default"', '"scope":null'],
    ['a list for an object', /"identity":\{[^}]+\}/, '"identity":[]'],
  ])('is not opened: %s', async (_, from, to) => {
    expect(await reasonFor(objectOf(renderIndex(sampleIndex()).replace(from, to)))).toBe('damaged');
  });

  it('is not opened when it would fill the memory', async () => {
    expect(await reasonFor(objectOf(' '.repeat(33 * 1024 * 1024)))).toBe('damaged');
  });

  it('is not opened when it has more values than a parser has room for', async () => {
    const text = renderIndex(sampleIndex()).replace('"layers":[', `"layers":[${'[],'.repeat(2_000_000)}`);
    expect(await openIndex(objectOf(text), UNSIGNED)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('too many values') as string,
    });
  });

  it('is not opened when its tables are no whole records', async () => {
    const text = renderIndex({ ...sampleIndex(), packs: [{ ...pack, chunks: ChunkTable.of([]) }], layers: [] });
    const cut = chunkName(Buffer.from('x')).slice(0, 7);
    expect(await reasonFor(objectOf(text.replace('"chunks":""', `"chunks":"${btoa(cut)}"`)))).toBe('damaged');
  });
});

describe('what a reader with keys uses', () => {
  const sealed = sealIndex(sampleIndex(), WRITER.signKey);
  const later = sealIndex(sampleIndex({ created: TRUSTED.now + 7200, expires: TRUSTED.now + 9999 }), WRITER.signKey);
  const copied = sealIndex(
    sampleIndex({ identity: { ...IDENTITY, repository: 'registry.example/org/b' } }),
    WRITER.signKey,
  );

  it.each<[string, Promise<Buffer>, Partial<NonNullable<IndexExpectation['signed']>>, string]>([
    ['a signature of the key', sealed, {}, 'index'],
    ['a signature of one of several keys', sealed, { keys: [...OTHER.verifyKeys, ...WRITER.verifyKeys] }, 'index'],
    ['no signature', sealIndex(sampleIndex()), {}, 'unsigned'],
    ['another key', sealed, { keys: OTHER.verifyKeys }, 'unsigned'],
    ['no key', sealed, { keys: [] }, 'unsigned'],
    ['another repository', copied, {}, 'identity'],
    ['another builder', sealed, { builder: digestOf(Buffer.from('newer')) }, 'builder'],
    ['the last second', sealed, { now: 1_795_599_999 }, 'index'],
    ['the second after', sealed, { now: 1_795_600_000 }, 'expired'],
    ['a time to come', later, {}, 'expired'],
  ])('%s', async (_, object, changes, outcome) => {
    expect(await reasonFor(await object, signedBy({ ...TRUSTED, ...changes }))).toBe(outcome);
  });

  it('is not the payload of one and the signature of another', async () => {
    const lines = (await sealed).subarray(0, (await sealed).indexOf('}') + 2);
    const object = Buffer.concat([lines, zstdCompressSync(renderIndex(sampleIndex({ created: 1 })))]);
    expect(await reasonFor(object, signedBy(TRUSTED))).toBe('unsigned');
  });

  it('is not an index under the name of another key', async () => {
    const renamed = Buffer.from(
      (await sealed).toString('latin1').replace(WRITER.signKey.id, OTHER.signKey.id),
      'latin1',
    );
    expect(await reasonFor(renamed, signedBy({ ...TRUSTED, keys: [...WRITER.verifyKeys, ...OTHER.verifyKeys] }))).toBe(
      'unsigned',
    );
  });
});

describe('what a reader without keys uses', () => {
  it.each<[string, Promise<Buffer>, string]>([
    ['no signature', sealIndex(sampleIndex()), 'index'],
    ['any signature', sealIndex(sampleIndex(), OTHER.signKey), 'index'],
    ['an old index', sealIndex(sampleIndex({ expires: 1 })), 'index'],
    ['another user', sealIndex(sampleIndex({ identity: { ...IDENTITY, uid: 1 } })), 'identity'],
    ['another scope', sealIndex(sampleIndex({ identity: { ...IDENTITY, scope: 'pull/1' } })), 'identity'],
  ])('%s', async (_, object, outcome) => {
    expect(await reasonFor(await object)).toBe(outcome);
  });
});
