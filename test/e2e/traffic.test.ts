import { appendFile, cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import type { RegistryOptions } from '../bench/registry.ts';
import type { RegistryRequest } from '../bench/registry-gate.ts';
import type { TokenUser } from '../bench/token-server.ts';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
/** Of the run image: the packages, and what makes the edition. */
const BASE_LAYERS = 2;
/** A buildpack's, the app, bills of materials, launcher, its configuration, process types. */
const OWN_LAYERS = 6;

const THINGS = new Map([
  ['manifests', 'manifest'],
  ['blobs/uploads', 'upload'],
  ['blobs', 'blob'],
]);

/** What every rebuild says to the registry while the builder is in the engine's store, by kind. */
const QUESTIONS = {
  // Builder, run image, previous image.
  'GET manifest': 3,
  // Their configurations, and the previous image's layer of bills of materials.
  'GET blob': 4,
  // Whether we may push is asked by beginning an upload and cancelling it.
  'DELETE upload': 1,
};

requiresDocker('a build over an earlier one', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
  });
  afterAll(() => world.stop());

  it('of an unchanged app uploads nothing and reuses every layer', async () => {
    const { first, second, requests } = await buildAndChange(world, () => Promise.resolve());
    expect(second.digest).toBe(first.digest);
    expect(originsOf(second)).toEqual({ base: BASE_LAYERS, reused: OWN_LAYERS });
    expect(kindsOf(requests)).toEqual({
      ...QUESTIONS,
      'HEAD blob': OWN_LAYERS + BASE_LAYERS,
      'POST upload': 1,
      'PUT manifest': 1,
    });
    expect(requests).toHaveLength(18);
  });

  it('of which one line of source changed uploads the app layer, the configuration and the manifest', async () => {
    const { second, requests } = await buildAndChange(world, (app) =>
      appendFile(path.join(app, 'greet.sh'), '# more\n'),
    );
    expect(originsOf(second)).toEqual({ base: BASE_LAYERS, reused: OWN_LAYERS - 1, added: 1 });
    const uploaded = requests.filter(({ method, path: url }) => method === 'PUT' && url.includes('/blobs/'));
    expect(uploaded.map(digestOf).sort()).toEqual((await digestsOfChange(second)).sort());
    expect(kindsOf(requests)).toEqual({
      ...QUESTIONS,
      'HEAD blob': OWN_LAYERS + BASE_LAYERS + 2,
      'POST upload': 1 + 2,
      'PUT upload': 2,
      // By its digest, seen there, and then by its tag.
      'PUT manifest': 2,
      'HEAD manifest': 1,
    });
    expect(requests).toHaveLength(26);
  });

  /** The app's layer and the configuration. */
  async function digestsOfChange({ layers, image = '' }: BuildResult): Promise<string[]> {
    const manifest = JSON.parse(await crane(['manifest', image], image)) as { config: { digest: string } };
    return [...layers.filter(({ owner }) => owner.kind === 'app').map(({ digest }) => digest), manifest.config.digest];
  }
});

requiresDocker('a build on a registry that gives tokens', () => {
  let world: World;
  beforeAll(async () => {
    const ann: TokenUser = { password: 'secret', grants: { '*': ['pull', 'push'] } };
    const registry: RegistryOptions = { auth: { kind: 'token', users: { ann } } };
    world = await startWorld({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER }, registry });
  });
  afterAll(() => world.stop());

  it('asks once for each token', async () => {
    const config = await temporaryDirectory('config');
    const auth = Buffer.from('ann:secret').toString('base64');
    await writeFile(path.join(config, 'config.json'), JSON.stringify({ auths: { [world.registry.host]: { auth } } }));
    const { requests } = await buildAndChange(world, () => Promise.resolve(), { DOCKER_CONFIG: config });
    // Cancelling the upload that asked about the right to push is a right of its own, which is asked for and not given here.
    expect(kindsOf(requests.filter(({ status }) => status === 401))).toEqual({ 'GET /v2/': 1, 'DELETE upload': 2 });
    expect(requests).toHaveLength(18 + 2);
    const scopes = world.registry.tokenRequests().flatMap((request) => request.scopes);
    expect(scopes.map((scope) => scope.replace(/e2e-app-\w+/, 'app')).sort()).toEqual([
      'repository:app:delete,pull,push',
      'repository:app:pull,push',
      'repository:builder:pull',
      'repository:run:pull',
    ]);
  });
});

/** Builds a copy of the sample app, changes it, builds it again under the same name, and tells what the second build asked. */
async function buildAndChange(
  world: World,
  change: (app: string) => Promise<unknown>,
  environment: Readonly<Record<string, string>> = {},
): Promise<{
  readonly first: BuildResult;
  readonly second: BuildResult;
  readonly requests: readonly RegistryRequest[];
}> {
  const app = await temporaryDirectory('app');
  await cp('samples/apps/procfile', app, { recursive: true });
  const image = world.image(path.basename(app).toLowerCase());
  const args = [image, '--builder', world.builder, '--path', app, '--env', 'BP_LARGE_LAYER_MB=1'];
  const first = await build(args, { environment });
  await change(app);
  world.registry.forget();
  const second = await build(args, { environment });
  return { first, second, requests: world.registry.requests() };
}

function originsOf({ layers }: BuildResult): Readonly<Record<string, number>> {
  return count(layers.map(({ origin }) => origin));
}

function digestOf({ path: url }: RegistryRequest): string {
  return new URL(url, 'http://registry').searchParams.get('digest') ?? '';
}

function kindsOf(requests: readonly RegistryRequest[]): Readonly<Record<string, number>> {
  return count(
    requests.map(({ method, path: url }) => {
      const [, thing = ''] = /\/(manifests|blobs\/uploads|blobs)\//.exec(url) ?? [];
      return `${method} ${THINGS.get(thing) ?? url}`;
    }),
  );
}

function count(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
