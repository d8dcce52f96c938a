import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { crane } from '../bench/images.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../bench/registry.ts';
import type { Intercept } from '../bench/registry-gate.ts';
import { requiresEngine } from '../support/requires.ts';
import { cli, type CliOptions } from './support/cli.ts';
import { APP, BUILDER, fillHub } from './support/corporation.ts';
import { temporaryDirectory } from './support/world.ts';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';

let mirror: Registry;
beforeAll(async () => {
  mirror = await startRegistry();
  await fillHub(mirror, 'hub/');
});
afterAll(() => mirror.stop());

/** Builds, and pushes to the mirror's registry. */
const attempt = (builder: string, args: readonly string[], options?: CliOptions) =>
  cli(['build', `${mirror.host}/app:1`, '--builder', builder, ...APP, ...args], options);
const build = async (...call: Parameters<typeof attempt>) => {
  const outcome = await attempt(...call);
  expect(outcome.status, outcome.stderr).toBe(0);
  return outcome;
};

async function start(options: RegistryOptions): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

async function file(name: string, text: string): Promise<string> {
  const place = path.join(await temporaryDirectory('mirrors'), name);
  await writeFile(place, text);
  return place;
}

async function builderByDigest(): Promise<string> {
  const digest = (await crane(['digest', `${mirror.host}/hub/corp/builder:1`], mirror.host)).trim();
  return `docker.io/corp/builder@${digest}`;
}

const registry = (lines: readonly string[], mirrors: readonly string[] = []) =>
  ['[[registry]]', ...lines, ...mirrors.map((location) => `[[registry.mirror]]\nlocation = "${location}"`), ''].join(
    '\n',
  );

requiresEngine('images of docker.io that only a mirror has', () => {
  it('are found by a line of registry-mirrors, and keep their names', async () => {
    await build(BUILDER, ['--registry-mirrors', `docker.io=${mirror.host}/hub`]);
    const config = await crane(['config', `${mirror.host}/app:1`], mirror.host);
    expect(config).toContain('index.docker.io/corp/run@sha256:');
    expect(config).not.toContain(mirror.host);
  });

  it("are found by OpenShift's mirror sets, by digest and by tag", async () => {
    const set = (kind: string, key: string) => `apiVersion: config.openshift.io/v1
kind: ${kind}
metadata: { name: hub }
spec:
  ${key}:
    - source: docker.io/corp
      mirrors: [${mirror.host}/hub/corp]
      mirrorSourcePolicy: NeverContactSource
`;
    const sets = ['ImageDigestMirrorSet imageDigestMirrors', 'ImageTagMirrorSet imageTagMirrors'];
    const documents = sets.map((pair) => set(...(pair.split(' ') as [string, string])));
    const yaml = await file('mirror-sets.yaml', documents.join('---\n'));
    await build(await builderByDigest(), ['--registries-conf', yaml]);
  });

  it('are found in spite of a source that is blocked', async () => {
    const conf = await file(
      'registries.conf',
      registry(['location = "docker.io"', 'blocked = true'], [`${mirror.host}/hub`]),
    );
    await build(BUILDER, ['--registries-conf', conf]);
  });

  it('are refused by a source that is blocked and has no mirror', async () => {
    const conf = await file('registries.conf', registry(['location = "docker.io"', 'blocked = true']));
    const { status, stderr } = await attempt(BUILDER, ['--registries-conf', conf]);
    expect({ status, stderr }).toEqual({
      status: 112,
      stderr: expect.stringMatching(
        /corp\/builder:1" may not be pulled: the rule for "docker.io" .*blocks it/,
      ) as string,
    });
  });
});

requiresEngine('a mirror of another registry', () => {
  let source: Registry;
  let builder: string;
  beforeAll(async () => {
    source = await startRegistry();
    await fillHub(source);
    builder = `${source.host}/corp/builder:1`;
  });
  afterAll(() => source.stop());

  const args = (place: string) => [
    ...['--registry-mirrors', `${source.host}=${place}`],
    ...['--run-image', `${source.host}/corp/run:1`],
  ];

  it('that is down is passed over', async () => {
    await build(builder, args(NOWHERE));
  });

  it('that has not the image is passed over', async () => {
    const empty = await start({});
    await build(builder, args(empty.host));
    expect(empty.requests().length).toBeGreaterThan(0);
  });

  it('that fetches what it lacks from there itself is asked alone', async () => {
    const cache = await start({ pullsFrom: source.url });
    source.forget();
    await build(builder, args(cache.host));
    const asked = source.requests().length;
    expect(asked).toBeGreaterThan(0);
    // What it has by now it need not fetch again; it looks only whether tags have moved.
    await build(builder, args(cache.host));
    const again = source.requests().slice(asked);
    expect(again.filter(({ path: where }) => !/\/v2\/$|\/manifests\//.test(where))).toEqual([]);
  });

  it('that has it is asked alone', async () => {
    source.forget();
    await build(builder, args(`${mirror.host}/hub`));
    expect(source.requests()).toEqual([]);
  });

  it.each<[string, Intercept]>([
    ['a manifest', ({ path: where }) => lie(where, /\/manifests\/sha256:/)],
    ['a layer', ({ path: where }) => lie(where, /\/blobs\/sha256:/)],
  ])('that lies about %s is not believed, and the source serves', async (_, intercept) => {
    const liar = await start({ intercept });
    await fillHub(liar);
    const digest = (await crane(['digest', builder], source.host)).trim();
    source.forget();
    await build(`${source.host}/corp/builder@${digest}`, args(liar.host));
    expect(source.requests().length).toBeGreaterThan(0);
  });
});

requiresEngine('credentials for a registry and its mirror', () => {
  const users = { source: { ann: 'canary-of-ann' }, mirror: { bob: 'canary-of-bob' } };

  describe.each<[string, boolean]>([
    ['with an account of its own', true],
    ['that is open', false],
  ])('where the mirror is one %s', (_, guarded) => {
    it('stay apart', async () => {
      const shown: string[] = [];
      const intercept: Intercept = ({ headers }) => {
        shown.push(JSON.stringify(headers));
        return undefined;
      };
      const [source, other] = await Promise.all([
        start({ auth: { kind: 'basic', users: users.source } }),
        start({ intercept, ...(guarded && { auth: { kind: 'basic', users: users.mirror } }) }),
      ]);
      await Promise.all([fillHub(source), fillHub(other)]);
      shown.length = 0;
      const auths = {
        [source.host]: { auth: btoa('ann:canary-of-ann') },
        ...(guarded && { [other.host]: { auth: btoa('bob:canary-of-bob') } }),
      };
      const environment = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
      const rules = ['--registry-mirrors', `${source.host}=${other.host}`, '--run-image', `${source.host}/corp/run:1`];
      const outcome = await build(`${source.host}/corp/builder:1`, rules, { environment });
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.filter((headers) => headers.includes(btoa('ann:canary-of-ann')))).toEqual([]);
      expect(shown.some((headers) => headers.includes(btoa('bob:canary-of-bob')))).toBe(guarded);
      expect(outcome.stdout + outcome.stderr).not.toContain('canary-of');
    });
  });
});

/** As long as a real answer may be, and made of something else. */
function lie(where: string, pattern: RegExp) {
  return pattern.test(where) ? { status: 200, body: JSON.stringify({ schemaVersion: 2, lie: true }) } : undefined;
}
