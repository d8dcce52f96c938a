import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type BenchImage, crane, makeRunImage, pushLayout } from '../../bench/images.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { accepts } from '../../bench/server-process.ts';

async function start(options: RegistryOptions = {}): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

function push(
  image: BenchImage,
  registry: Registry,
  credentials?: { user: string; password: string },
): Promise<string> {
  const access = credentials === undefined ? registry.access : { ...registry.access, credentials };
  return pushLayout(image.layout, `${registry.host}/team/run:1`, access);
}

function statusOf(url: string, options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });
}

/** Sizes of the image's blobs, as its own manifest tells. */
async function blobSizes({ layout, digest }: BenchImage): Promise<number[]> {
  const file = path.join(layout, 'blobs/sha256', digest.slice('sha256:'.length));
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const { config, layers } = manifest as { config: { size: number }; layers: { size: number }[] };
  return [config, ...layers].map(({ size }) => size);
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('the gate', () => {
  it('counts uploads to the byte', async () => {
    const [registry, image] = await Promise.all([start(), makeRunImage()]);
    await push(image, registry);
    const uploads = registry.requests().filter(({ method, uploaded }) => method === 'PATCH' && uploaded > 0);
    expect(ascending(uploads.map(({ uploaded }) => uploaded))).toEqual(ascending(await blobSizes(image)));
  });

  it('counts downloads to the byte', async () => {
    const [registry, image] = await Promise.all([start(), makeRunImage()]);
    await push(image, registry);
    registry.forget();
    await crane(['manifest', `${registry.host}/team/run:1`], registry.host);
    const { size } = await stat(path.join(image.layout, 'blobs/sha256', image.digest.slice('sha256:'.length)));
    const reads = registry.requests().filter(({ path: where }) => where === '/v2/team/run/manifests/1');
    expect(reads).toEqual([
      { method: 'GET', path: '/v2/team/run/manifests/1', status: 200, uploaded: 0, downloaded: size },
    ]);
  });

  it('sees nothing but a look when an image is pushed again', async () => {
    const [registry, image] = await Promise.all([start(), makeRunImage()]);
    await push(image, registry);
    registry.forget();
    await push(image, registry);
    expect(registry.requests().every(({ uploaded }) => uploaded === 0)).toBe(true);
  });

  it('gives the answer of a test in the place of the registry', async () => {
    const registry = await start({ intercept: ({ path: where }) => (where === '/v2/' ? { status: 503 } : undefined) });
    const response = await fetch(`${registry.url}/v2/`);
    expect([response.status, registry.requests()[0]?.status]).toEqual([503, 503]);
  });
});

describe('TLS', () => {
  it('is trusted with the authority', async () => {
    const registry = await start({ tls: true });
    await expect(statusOf(`${registry.url}/v2/`, { ca: await readFile(registry.ca ?? '') })).resolves.toBe(200);
  });

  it('is not trusted without', async () => {
    const registry = await start({ tls: true });
    await expect(statusOf(`${registry.url}/v2/`, {})).rejects.toThrow(/certificate/);
  });
});

describe('authentication', () => {
  it.each([
    ['basic', { kind: 'basic', users: { ann: 'secret: with a colon' } }],
    ['token', { kind: 'token', users: { ann: { password: 'secret: with a colon' } } }],
  ] as const)('by %s lets in who knows the password', async (_, auth) => {
    const [registry, image] = await Promise.all([start({ tls: true, auth }), makeRunImage()]);
    await expect(push(image, registry)).resolves.toContain(image.digest);
  });

  it.each([
    ['basic', { kind: 'basic', users: { ann: 'secret' } }],
    ['token', { kind: 'token', users: { ann: { password: 'secret' } } }],
  ] as const)('by %s refuses another password', async (_, auth) => {
    const [registry, image] = await Promise.all([start({ auth }), makeRunImage()]);
    await expect(push(image, registry, { user: 'ann', password: 'guess' })).rejects.toThrow(/UNAUTHORIZED|401/);
  });

  it('by token keeps a reader from writing', async () => {
    const users = { owner: { password: 'a' }, reader: { password: 'b', grants: { '*': ['pull'] } } } as const;
    const [registry, image] = await Promise.all([start({ auth: { kind: 'token', users } }), makeRunImage()]);
    const reader = { user: 'reader', password: 'b' };
    await push(image, registry);
    const read = crane(['digest', `${registry.host}/team/run:1`], `${registry.host}/`, { credentials: reader });
    await expect(read).resolves.toContain(image.digest);
    await expect(push(await makeRunImage({ edition: '2' }), registry, reader)).rejects.toThrow('UNAUTHORIZED');
  });

  it('by token lets strangers read what is public', async () => {
    const auth = {
      kind: 'token',
      users: { owner: { password: 'a' } },
      anonymous: { 'team/run': ['pull'] },
    } as const;
    const [registry, image] = await Promise.all([start({ auth }), makeRunImage()]);
    await push(image, registry);
    await expect(crane(['digest', `${registry.host}/team/run:1`], registry.host)).resolves.toContain(image.digest);
    expect(registry.tokenRequests().at(-1)).toMatchObject({ user: undefined, status: 200 });
  });
});

describe('its end', () => {
  it('frees the port', async () => {
    const registry = await startRegistry();
    await registry.stop();
    await expect(fetch(`${registry.url}/v2/`)).rejects.toThrow('fetch failed');
  });

  it('comes with that of the process that started it, even when that is killed', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bench-orphan-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const module = path.resolve(import.meta.dirname, '../../bench/distribution.ts');
    const script = `
      import { startDistribution } from ${JSON.stringify(module)};
      const { place } = await startDistribution(process.argv[1], {});
      console.log(place);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script, directory]);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const socket = line.toString().trim();
    await expect(accepts(socket)).resolves.toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => accepts(socket), { timeout: 10_000 }).toBe(false);
  });
});
