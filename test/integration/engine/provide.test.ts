import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, it, onTestFinished } from 'vitest';
import {
  type ContainerEngine,
  detectContainerEngine,
  type EnginePorts,
} from '../../../packages/core/src/engine/index.ts';
import type { Descriptor } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import type { Image } from '../../../packages/core/src/image/source.ts';
import { formatRepository, parseReference } from '../../../packages/core/src/reference/index.ts';
import { listen } from '../../bench/listen.ts';
import { hostBuilder, type HostBuilderOptions } from '../../support/host-builder.ts';
import { requiresDocker } from '../../support/requires.ts';
import { CANARY, enginePorts, newBuildDirectory, newRun, removeImage } from './support.ts';

const { signal } = new AbortController();

/** A builder that no engine has seen before. */
function newBuilder(options: HostBuilderOptions = {}): Promise<Image> {
  return hostBuilder({ ...options, env: [`UNIQUE=${randomBytes(8).toString('hex')}`] });
}

/** The image, and the blobs that our client reads of it. */
function counted(image: Image): { image: Image; opened: string[] } {
  const opened: string[] = [];
  const { source } = image;
  const open: typeof source.open = (descriptor) => {
    opened.push(descriptor.digest);
    return source.open(descriptor);
  };
  return { opened, image: { ...image, source: { ...source, open } } };
}

/** Serves one image as `127.0.0.1:PORT/builder`, or nothing. */
async function serve(image: Image | undefined) {
  const blobs = new Map<string, Descriptor>(image?.manifest.layers.map((layer) => [layer.digest, layer]));
  const server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? '';
    const blob = blobs.get(name);
    if (request.url === '/v2/') response.end('{}');
    else if (image !== undefined && name === image.raw.digest) {
      response.writeHead(200, { 'content-type': image.raw.mediaType, 'content-length': image.raw.bytes.length });
      response.end(request.method === 'HEAD' ? undefined : image.raw.bytes);
    } else if (image !== undefined && name === image.manifest.config.digest) response.end(image.configBytes);
    else if (image !== undefined && blob !== undefined) {
      void image.source.open(blob).then((stream) => pipeline(stream, response));
    } else response.writeHead(404).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return parseReference(`127.0.0.1:${(server.address() as AddressInfo).port}/builder:1`);
}

/** An engine whose images of this builder are removed when the test ends. */
async function engineFor(image: Image, ports: EnginePorts = enginePorts()): Promise<ContainerEngine> {
  const engine = await detectContainerEngine(ports);
  if (engine === undefined) throw new Error('no engine answers');
  onTestFinished(() => {
    removeImage(image);
  });
  return engine;
}

/** Ports whose log is kept: what is told at level info. */
function told(): { readonly ports: EnginePorts; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const ports = enginePorts();
  return { lines, ports: { ...ports, log: { ...ports.log, info: (line) => void lines.push(line) } } };
}

/** What the builder prints when it runs. */
async function outputOf(engine: ContainerEngine, image: Image, script = 'echo ran'): Promise<readonly string[]> {
  const run = newRun(image, await newBuildDirectory(), script);
  await engine.run(run);
  return run.lines;
}

requiresDocker('providing a builder to a container engine', () => {
  it('lets the engine pull it by digest', async () => {
    const builder = await newBuilder();
    const reference = await serve(builder);
    const { image, opened } = counted(builder);
    const pulled = { ...image, source: { ...image.source, name: formatRepository(reference.repository) } };
    const engine = await engineFor(image);
    await engine.provide({ reference, image: pulled }, await newBuildDirectory(), signal);
    expect([opened, await outputOf(engine, image)]).toEqual([[], ['ran']]);
  });

  it('fetches it itself when the engine can not pull it', async () => {
    const reference = await serve(undefined);
    const { image, opened } = counted(await newBuilder());
    const ours = { ...image, source: { ...image.source, name: formatRepository(reference.repository) } };
    const engine = await engineFor(image);
    await engine.provide({ reference, image: ours }, await newBuildDirectory(), signal);
    expect([opened.length, await outputOf(engine, image)]).toEqual([1, ['ran']]);
  });

  it('does not ask the engine for what it can not pull, and says why', async () => {
    const reference = await serve(undefined);
    const { image, opened } = counted(await newBuilder());
    const { ports, lines } = told();
    const engine = await engineFor(image, ports);
    const builder = { reference, image, pullObstacle: 'it was read from mirror.test/hub' };
    await engine.provide(builder, await newBuildDirectory(), signal);
    expect(opened).toHaveLength(1);
    expect(lines[0]).toMatch(/^docker is not asked to pull the builder .*: it was read from mirror\.test\/hub$/);
    expect(lines.join()).not.toContain('Pulling');
  });

  it('does not wait for an engine that hears nothing', async () => {
    const silent = await listen(
      createServer(() => undefined),
      'http',
    );
    onTestFinished(() => silent.close());
    const { image, opened } = counted(await newBuilder());
    const { ports, lines } = told();
    // A moment of this test is many seconds for the engine's patience.
    const clock: EnginePorts['clock'] = { ...ports.clock, sleep: (time, end) => ports.clock.sleep(time / 50, end) };
    const engine = await engineFor(image, { ...ports, clock });
    await engine.provide(
      { reference: parseReference(`${silent.host}/builder:1`), image },
      await newBuildDirectory(),
      signal,
    );
    expect([opened.length, lines]).toEqual([
      1,
      expect.arrayContaining(["docker can't pull the builder, so that we fetch it: it was silent for 20 seconds"]),
    ]);
  });

  it('leaves it where it is when the engine has it', async () => {
    const { image, opened } = counted(await newBuilder());
    const engine = await engineFor(image);
    const directory = await newBuildDirectory();
    await engine.provide({ image }, directory, signal);
    await engine.provide({ image }, directory, signal);
    expect(opened).toHaveLength(1);
  });

  it('hands layers over in a form that old engines know', async () => {
    const image = await newBuilder({ layerType: MEDIA_TYPE.ociLayerZstd });
    const engine = await engineFor(image);
    await engine.provide({ image }, await newBuildDirectory(), signal);
    expect(await outputOf(engine, image)).toEqual(['ran']);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('buildpacks-ci-layer-'))).toEqual([]);
  });

  it('takes what the user built into the engine before', async () => {
    const image = await newBuilder();
    const engine = await engineFor(image);
    const inEngine = `buildpacks-ci.test/own:${randomBytes(4).toString('hex')}`;
    await engine.load(image, [inEngine], signal);
    const { image: unread, opened } = counted(image);
    await engine.provide({ image: unread, inEngine }, await newBuildDirectory(), signal);
    expect([opened, await outputOf(engine, image)]).toEqual([[], ['ran']]);
  });

  it('names what the engine does not have', async () => {
    const image = await newBuilder();
    const engine = await engineFor(image);
    await expect(
      engine.provide({ image, inEngine: 'buildpacks-ci.test/missing:1' }, await newBuildDirectory(), signal),
    ).rejects.toMatchObject({
      code: 'input',
      message: expect.stringContaining('buildpacks-ci.test/missing:1') as string,
    });
  });

  it('stops when it is told to', async () => {
    const image = await newBuilder();
    const engine = await engineFor(image);
    const provided = engine.provide({ image }, await newBuildDirectory(), AbortSignal.timeout(30));
    await expect(provided).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('keeps the proxies of the user’s docker configuration out of the container', async () => {
    const image = await newBuilder();
    const configuration = await mkdtemp(path.join(tmpdir(), 'docker-config-'));
    onTestFinished(() => rm(configuration, { recursive: true }));
    const proxies = { default: { httpProxy: `http://user:${CANARY}@127.0.0.1:9`, noProxy: CANARY } };
    await writeFile(path.join(configuration, 'config.json'), JSON.stringify({ proxies }));
    const engine = await engineFor(image, enginePorts({ environment: { DOCKER_CONFIG: configuration } }));
    const lines = await outputOf(engine, image, 'env');
    expect(lines.join('\n')).not.toContain(CANARY);
  });
});
