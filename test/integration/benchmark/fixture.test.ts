import { buffer } from 'node:stream/consumers';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { type Fixture, FIXTURES } from '../../benchmark/cache/fixture.ts';
import { jars } from '../../benchmark/cache/jars.ts';

function contents({ files }: Fixture, units: readonly number[]): ReadonlyMap<string, string> {
  return new Map([...files(units)].map(({ name, content }) => [name, Buffer.from(content).toString('latin1')]));
}

describe.each(FIXTURES)('$name', (fixture) => {
  it('has the same files for a unit, whatever else there is', () => {
    const alone = contents(fixture, [7]);
    const among = contents(fixture, [6, 7, 8]);
    expect(alone.size).toBeGreaterThan(0);
    expect([...alone].filter(([name, content]) => among.get(name) !== content)).toEqual([]);
  });

  it('has other contents for every unit', () => {
    const files = [...contents(fixture, [1, 2, 3]).values()];
    expect(new Set(files).size).toBe(files.length);
  });
});

it.each([
  { name: 'node_modules', least: 3.5, most: 5.5 },
  { name: 'Go build cache', least: 3.5, most: 5.5 },
  { name: 'jars', least: 1, most: 1.1 },
])('$name compress as real ones do', ({ name, least, most }) => {
  const fixture = FIXTURES.find((each) => each.name === name);
  const units = Array.from({ length: 10 }, (_, index) => index);
  const all = Buffer.concat([...(fixture?.files(units) ?? [])].map(({ content }) => Buffer.from(content)));
  const ratio = all.length / zstdCompressSync(all).length;
  expect(ratio).toBeGreaterThan(least);
  expect(ratio).toBeLessThan(most);
});

it('makes archives that others can read', async () => {
  const [jar] = jars([3]);
  const zip = await fromBufferPromise(Buffer.from(jar?.content ?? ''), { lazyEntries: true });
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry));
    expect(content.length).toBe(entry.uncompressedSize);
    bytes += content.length;
  }
  expect(bytes).toBeGreaterThan(jar?.content.length ?? 0);
});
