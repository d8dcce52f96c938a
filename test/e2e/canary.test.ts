import { randomBytes } from 'node:crypto';
import { open, type FileHandle, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { readAppFile } from './support/app-files.ts';
import { cli, type CliOptions } from './support/cli.ts';
import { inEveryWay, inToolImage, newPlace, type Place } from './support/ways.ts';
import { startWorld, type World } from './support/world.ts';

/** What every planted secret begins with, and how the buildpack is told. */
const CANARY = `canary-${randomBytes(6).toString('hex')}-`;
const HUNT = ['--env', `CANARY_HEX_PREFIX=${Buffer.from(CANARY).toString('hex')}`];
const PASSWORD = `${CANARY}password`;

let world: World;
beforeAll(async () => {
  const auth = { kind: 'basic', users: { ann: PASSWORD } } as const;
  world = await startWorld({ buildpacks: ['canary'], registry: { auth } });
});
afterAll(() => world.stop());

for (const declare of [inEveryWay, inToolImage]) {
  declare('buildpacks find none of our secrets', (way) => {
    let place: Place;
    beforeAll(async () => {
      place = await newPlace(way);
    });
    afterAll(() => place.remove());

    const name = (image: string) => world.image(`${way.title}/${image}`);
    const args = (image: string, app: string) => [
      ...[name(image), '--builder', world.builder, '--path', app, '--engine', way.engine],
      ...HUNT,
    ];
    const findings = async (image: string) => {
      const report = await readAppFile(name(image), '/layers/test_canary/report/found.txt', world.registry.access);
      return report.split('\n').filter((line) => line !== '');
    };

    it('a build, with secrets wherever a CI has them', async () => {
      const planted = await plant(place, world);
      const outcome = await cli(
        ['build', ...args('all', planted.app), '--git-directory', '--cache-store', `dir:${planted.cache}`],
        planted.options,
      );
      expect(outcome).toMatchObject({ status: 0, stderr: expect.stringContaining('canary: 0 findings') as string });
      expect(await findings('all')).toEqual([]);
    });

    it('stages on their own, with secrets beside what the lifecycle needs', async () => {
      const { app, options } = await plant(place, world);
      const directory = path.join(place.scratch, 'build');
      const stage = ['--build-directory', directory];
      expect(await cli(['prepare', ...args('staged', app), ...stage, '--allow-builder-tag'], options)).toMatchObject({
        status: 0,
      });
      expect((await stat(directory)).uid).toBe(way.user?.uid ?? process.getuid?.());
      const plan = JSON.parse(await readFile(path.join(directory, 'plan.json'), 'utf8')) as object;
      await writeFile(path.join(directory, 'plan.json'), JSON.stringify({ ...plan, note: `${CANARY}plan` }));
      await writeFile(path.join(directory, 'secret'), `${CANARY}beside`, { mode: 0o644 });
      expect(await cli(['run', ...stage], options)).toMatchObject({ status: 0 });
      expect(await cli(['publish', ...stage], options)).toMatchObject({ status: 0 });
      expect(await findings('staged')).toEqual([]);
    });

    it('but what was meant for them, each in its place', async () => {
      const { options, app } = await plant(place, world);
      const given = path.join(place.scratch, 'given');
      await mkdir(given, { recursive: true });
      await writeFile(path.join(given, 'file'), `${CANARY}given`);
      const meant = ['--env', `GIVEN=${CANARY}given`, '--bindings', `test=${given}`, '--bindings', 'test/type=test'];
      const volume = way.user === undefined && way.hasNoVolumes !== true ? ['--volumes', `${given}:/mnt/given`] : [];
      expect(await cli(['build', ...args('given', app), ...meant, ...volume], options)).toMatchObject({ status: 0 });
      const found = await findings('given');
      expect(found).toEqual(
        expect.arrayContaining([
          'environment\town\tgiven',
          'file\t/platform/env/GIVEN\tgiven',
          'file\t/platform/bindings/test/file\tgiven',
          ...(volume.length === 0 ? [] : ['file\t/mnt/given/file\tgiven']),
        ]),
      );
      // In memory, what comes after a value may look like a part of it.
      expect(found.filter((line) => !/\tgiven/.test(line))).toEqual([]);
    });
  });
}

interface Planted {
  readonly app: string;
  readonly cache: string;
  readonly options: CliOptions;
}

/** Secrets in the environment, in configurations, in files around the build and in an open file that has no name any more. */
async function plant(place: Place, world: World): Promise<Planted> {
  const files: Readonly<Record<string, string>> = {
    'home/.docker/config.json': JSON.stringify({ auths: { 'other.invalid': { auth: base64(`bob:${CANARY}home`) } } }),
    'home/.netrc': `machine other.invalid login bob password ${CANARY}netrc\n`,
    'scratch/docker/config.json': dockerConfig(world.registry.host),
    'scratch/secret': `${CANARY}directory`,
    'scratch/cache/secret': `${CANARY}cache`,
    'scratch/app/start.sh': '#!/bin/sh\n',
    'scratch/app/.git/config': gitConfig(),
    'scratch/app/.git/HEAD': 'ref: refs/heads/main\n',
    'scratch/app/left-out': `${CANARY}excluded`,
    'scratch/app/project.toml': '[_]\nschema-version = "0.2"\n[io.buildpacks]\nexclude = ["left-out"]\n',
    'tmp/secret': `${CANARY}temporary`,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(place.root, name)), { recursive: true });
    await writeFile(path.join(place.root, name), content, { mode: 0o644 });
  }
  const nameless = await namelessFile(place);
  onTestFinished(() => nameless.close());
  const { options, scratch } = place;
  return {
    app: path.join(scratch, 'app'),
    cache: path.join(scratch, 'cache'),
    options: {
      ...options,
      directory: scratch,
      descriptors: [nameless.fd],
      environment: {
        ...options.environment,
        DOCKER_CONFIG: path.join(scratch, 'docker'),
        CI_JOB_TOKEN: `${CANARY}environment`,
        HTTP_PROXY: `http://ann:${CANARY}own-proxy@127.0.0.1:9`,
        https_proxy: `http://ann:${CANARY}own-proxy@proxy.invalid:9`,
        BUILDPACKS_CI_NOTHING: `${CANARY}ours`,
        LD_LIBRARY_PATH: `/${CANARY}loader`,
      },
    },
  };
}

/** The password of the registry, a header and proxies: all of it goes to engines or registries, and to no build. */
function dockerConfig(registry: string): string {
  const proxy = `http://ann:${CANARY}proxy@127.0.0.1:9`;
  return JSON.stringify({
    auths: { [registry]: { auth: base64(`ann:${PASSWORD}`) } },
    HttpHeaders: { 'X-Note': `${CANARY}header` },
    proxies: { default: { httpProxy: proxy, httpsProxy: proxy, noProxy: `127.0.0.1,${CANARY}hosts` } },
  });
}

function gitConfig(): string {
  return [
    '[core]',
    '\trepositoryformatversion = 0',
    '[remote "origin"]',
    `\turl = https://ann:${CANARY}url@code.invalid/app.git`,
    '[http "https://code.invalid/"]',
    `\textraheader = AUTHORIZATION: basic ${CANARY}extraheader`,
    '',
  ].join('\n');
}

async function namelessFile({ scratch }: Place): Promise<FileHandle> {
  const file = path.join(scratch, 'nameless');
  await writeFile(file, `${CANARY}descriptor`);
  const handle = await open(file);
  await rm(file);
  return handle;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
