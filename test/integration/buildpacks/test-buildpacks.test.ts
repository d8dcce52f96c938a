import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TEST_BUILDPACKS, build, detect, hashOf, readToml, stage, type Stage } from './buildpack-run.ts';

const buildpack = (name: string): string => path.join(TEST_BUILDPACKS, name);
const report = (at: Stage, name: string): Promise<string> => readFile(path.join(at.layers, 'report', name), 'utf8');

test('failing fails in its build phase', async () => {
  const ended = await build(buildpack('failing'), await stage({}));
  expect(ended).toMatchObject({ status: 7 });
  expect(ended.output.toString()).toContain('the missing part is missing');
});

test('detect-error fails in its detect phase', async () => {
  expect(await detect(buildpack('detect-error'), await stage({}))).toMatchObject({ status: 3 });
});

test.for(['failing', 'canary', 'large-layer', 'tamper', 'env-probe', 'slow'])(
  '%s takes part in every build',
  async (name) => {
    expect(await detect(buildpack(name), await stage({}))).toMatchObject({ status: 0, plan: {} });
  },
);

test('hostile-output prints its commands, a long line, bytes that are no text, and no last line end', async () => {
  const { status, output } = await build(buildpack('hostile-output'), await stage({}));
  expect(status).toBe(0);
  const text = output.toString('latin1');
  expect(text).toContain('\n::set-output name=digest::sha256:planted\n');
  expect(text).toContain('\x1b[0Ksection_start:1700000000:planted[collapsed=true]\r\x1b[0K');
  expect(text).toContain(`\n${'x'.repeat(1_048_576)}\n`);
  expect(output.includes(Buffer.from([0xff, 0xfe, 0xc0, 0x80]))).toBe(true);
  expect(text).toMatch(/planted without a line end(::error|$)/);
});

describe('large-layer', () => {
  const make = async (environment: Record<string, string>): Promise<readonly string[]> => {
    const at = await stage({}, environment);
    expect(await build(buildpack('large-layer'), at)).toMatchObject({ status: 0 });
    expect(await readToml(at, 'large.toml')).toMatchObject({ types: { launch: true, cache: true } });
    const parts = (await readdir(path.join(at.layers, 'large'))).sort((a, b) =>
      a.localeCompare(b, 'en', { numeric: true }),
    );
    return Promise.all(parts.map((part) => hashOf(path.join(at.layers, 'large', part))));
  };

  test('is as large as it was asked to be, no two parts alike', async () => {
    const parts = await make({ BP_LARGE_LAYER_MB: '5' });
    expect(new Set(parts).size).toBe(5);
  });

  test('is the same each time, but for its first part with another seed', async () => {
    const [first, again, seeded] = [
      await make({ BP_LARGE_LAYER_MB: '4' }),
      await make({ BP_LARGE_LAYER_MB: '4' }),
      await make({ BP_LARGE_LAYER_MB: '4', BP_LARGE_LAYER_SEED: '7' }),
    ];
    expect(again).toEqual(first);
    expect(seeded.map((part, index) => part === first[index])).toEqual([false, true, true, true]);
  });

  test('is taken from the cache', async () => {
    const at = await stage({}, { BP_LARGE_LAYER_MB: '2' });
    await build(buildpack('large-layer'), at);
    expect((await build(buildpack('large-layer'), at)).output.toString()).toContain('from the cache');
  });
});

test('env-probe records each variable, byte by byte', async () => {
  const values = {
    EQUALS: 'a=b=c',
    QUOTES: `"double" 'single' \`back\` $(date) \${HOME}`,
    LINES: '\nfirst\n\nlast\n\n',
    EMPTY: '',
    'dotted.name': 'x',
    DASH: '--flag',
    TEXT: 'ä € 😀\t',
  };
  const at = await stage({}, values);
  expect(await build(buildpack('env-probe'), at)).toMatchObject({ status: 0 });
  const recorded = Object.keys(values).map(async (name) => {
    const value = Buffer.from(await report(at, `values/${name}`), 'base64');
    return [name, value.toString()] as const;
  });
  expect(Object.fromEntries(await Promise.all(recorded))).toEqual(values);
});

test('binding-probe records each file of each binding', async () => {
  const at = await stage({});
  await mkdir(path.join(at.platform, 'bindings/registry'), { recursive: true });
  await writeFile(path.join(at.platform, 'bindings/registry/type'), 'npmrc');
  await writeFile(path.join(at.platform, 'bindings/registry/.npmrc'), 'a=b\n', { mode: 0o600 });
  expect(await build(buildpack('binding-probe'), at)).toMatchObject({ status: 0 });
  expect(await report(at, 'bindings/registry/.npmrc')).toBe(Buffer.from('a=b\n').toString('base64'));
  expect(await report(at, 'modes.txt')).toBe('d 755 registry\nf 600 registry/.npmrc\nf 644 registry/type\n');
});

test('network-probe tells what answers from what does not', async () => {
  const server = createServer((socket) => socket.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const at = await stage({}, { BP_PROBE_ADDRESSES: `127.0.0.1:${String(port)} 127.0.0.1:1` });
  await build(buildpack('network-probe'), at);
  expect(await report(at, 'addresses.txt')).toBe(`127.0.0.1:${String(port)} reachable\n127.0.0.1:1 unreachable\n`);
});

test('slow says when it began, and takes as long as it was told', async () => {
  const { output } = await build(buildpack('slow'), await stage({}, { BP_SLOW_SECONDS: '0' }));
  expect(output.toString()).toBe('slow: begin\nslow: end\n');
});

test('label-data writes TOML with every awkward character', async () => {
  const at = await stage({});
  expect(await build(buildpack('label-data'), at)).toMatchObject({ status: 0 });
  expect(await readToml(at, 'data.toml')).toMatchObject({
    metadata: { markup: '<b>&amp;</b> > & <', separator: 'before\u2028after', member: '"reference":"planted"' },
  });
  expect(await readToml(at, 'launch.toml')).toMatchObject({
    labels: expect.arrayContaining([{ key: 'test.label.separator', value: 'before\u2028after' }]) as unknown,
  });
  expect(await readToml(at, 'store.toml')).toHaveProperty('metadata.reference');
});
