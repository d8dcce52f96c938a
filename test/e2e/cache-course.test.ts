import { randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import type { Intercept } from '../bench/registry-gate.ts';
import { requiresRoot } from '../support/requires.ts';
import { build, cli, type CliOptions } from './support/cli.ts';
import { processesWith } from './support/traces.ts';
import { newPlace } from './support/ways.ts';
import { startWorld, type World } from './support/world.ts';

type Request = Parameters<Intercept>[0];
type Fits = (request: Request) => boolean;

/** What the registry does before it answers. */
let act: Intercept = () => undefined;
const request =
  (method: string, place: RegExp): Fits =>
  (asked) =>
    asked.method === method && place.test(asked.path);

/** Holds up requests of one kind until one of another kind has come. */
function holdUntil(held: Fits, awaited: Fits): Intercept {
  const arrival = Promise.withResolvers<undefined>();
  return (asked) => {
    if (awaited(asked)) arrival.resolve(undefined);
    return held(asked) ? arrival.promise : undefined;
  };
}

requiresRoot('in the course of a build, the layer cache', () => {
  let world: World;
  let builderLayer = '';
  beforeAll(async () => {
    const order = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
    const intercept: Intercept = (asked) => act(asked);
    world = await startWorld({ buildpacks: ['procfile', 'large-layer'], builder: { order }, registry: { intercept } });
    const manifest = JSON.parse(await crane(['manifest', world.builder], world.builder)) as {
      layers: { digest: string }[];
    };
    builderLayer = manifest.layers[0]?.digest ?? '';
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    act = () => undefined;
  });

  /** Builds of one image; the previous image is left out, so that only the cache tells of earlier ones. */
  function subject() {
    const name = `app-${randomUUID()}`;
    const image = world.image(name);
    const app = ['--builder', world.builder, '--path', 'samples/apps/procfile', '--env', 'BP_LARGE_LAYER_MB=4'];
    const store = ['--cache-store', `registry:${world.registry.host}/${name}-cache`];
    return [image, ...app, ...store, '--previous-image', 'none', '--engine', 'rootfs'];
  }

  it('is restored while the builder is pulled', async () => {
    const args = subject();
    await build(args);
    act = holdUntil(
      ({ path }) => path.endsWith(`/builder/blobs/${builderLayer}`),
      (asked) => request('GET', /-cache\/blobs\//)(asked),
    );
    expect((await build(args)).cache?.stores).toMatchObject([{ restore: { outcome: 'hit', lost: 0 } }]);
  });

  it.each<[string, Fits, Fits]>([
    [
      'and the image does not wait for it',
      request('POST', /-cache\/blobs\/uploads/),
      request('PUT', /\/app-[0-9a-f-]{36}\/manifests\//),
    ],
    [
      'which does not wait for the image',
      request('PUT', /\/app-[0-9a-f-]{36}\/blobs\//),
      request('PUT', /-cache\/manifests\//),
    ],
  ])('is saved while the image is pushed, %s', async (_, held, awaited) => {
    act = holdUntil(held, awaited);
    expect((await build(subject())).cache?.stores).toMatchObject([{ save: { outcome: 'saved' } }]);
  });

  it.each([500, 404, 200])('decides nothing when its registry answers %d to everything', async (status) => {
    const args = subject();
    const { digest } = await build(args);
    act = ({ path }) => (path.includes('-cache/') ? { status, body: '{}' } : undefined);
    const result = await build(args);
    expect(result.digest).toBe(digest);
    expect(result.warnings.every((warning) => warning.includes('the layer cache "registry:'))).toBe(true);
    expect(result.cache?.stores).toMatchObject([{ restore: { outcome: 'miss' }, save: { outcome: 'failed' } }]);
  });

  it.each<[string, RegExp]>([
    ['looked for', /-cache\/manifests\//],
    ['restored', /-cache\/blobs\//],
  ])('is not %s any longer when the build has failed', async (_, place) => {
    const args = subject();
    await build(args);
    const never = Promise.withResolvers<undefined>();
    act = (asked) => {
      if (request('GET', place)(asked)) return never.promise;
      return request('POST', /\/app-[0-9a-f-]{36}\/blobs\/uploads/)(asked) ? { status: 403 } : undefined;
    };
    const { status, stderr } = await cli(['build', ...args]);
    never.resolve(undefined);
    expect(status).toBe(2);
    expect(stderr).toContain('403 Forbidden');
    // Who waits for an answer gives up at last, with a warning.
    expect(stderr).not.toContain('warning');
  });

  it.each<[string, Fits]>([
    ['is looked for', request('GET', /-cache\/manifests\//)],
    ['is restored', request('GET', /-cache\/blobs\//)],
  ])('leaves nothing when the build is stopped while it %s', async (_, at) => {
    const args = subject();
    const { digest } = await build(args);
    await stoppedAt(at, args);
    const next = await build(args);
    expect(next).toMatchObject({ digest, warnings: [], cache: { stores: [{ restore: { outcome: 'hit', lost: 0 } }] } });
  });

  it.each<[string, Fits]>([
    ['a pack goes up', request('PUT', /-cache\/blobs\/uploads/)],
    ['its tag is moved', request('PUT', /-cache\/manifests\//)],
  ])('leaves nothing but what is whole when the build is stopped while %s', async (_, at) => {
    const args = subject();
    await stoppedAt(at, args);
    expect(await build(args)).toMatchObject({ warnings: [], cache: { stores: [{ restore: { outcome: 'miss' } }] } });
    expect(await build(args)).toMatchObject({ warnings: [], cache: { stores: [{ restore: { outcome: 'hit' } }] } });
  });

  async function stoppedAt(at: Fits, args: readonly string[]): Promise<void> {
    const place = await newPlace({ title: 'rootfs', engine: 'rootfs' });
    const end = Promise.withResolvers<undefined>();
    let child: ChildProcess | undefined;
    const options: CliOptions = { ...place.options, onStart: (started) => (child = started) };
    act = (asked) => {
      if (!at(asked)) return undefined;
      child?.kill('SIGTERM');
      return end.promise.then(() => ({ status: 503 }));
    };
    try {
      // 0 when the image was there before: then only the cache was stopped.
      expect([0, 130]).toContain((await cli(['build', ...args], options)).status);
      expect(await readdir(place.temporary)).toEqual([]);
      expect(await processesWith(place.root)).toEqual([]);
    } finally {
      act = () => undefined;
      end.resolve(undefined);
      await place.remove();
    }
  }
});
