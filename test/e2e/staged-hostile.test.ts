import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildResult, RawInputs } from '../../packages/core/src/index.ts';
import { command } from '../bench/command.ts';
import { requiresDocker } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { archived, type HandOver, prepareJob, publishJob, runJob, toolFolder } from './support/staged.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
const CANARY = `canary-${randomBytes(6).toString('hex')}-`;
const PASSWORD = `${CANARY}password`;
const LARGE = ['BP_LARGE_LAYER_MB=1'];

let world: World;
let tools: string;
let builder: string;
/** Of the outer jobs, and of whoever pulls the builder. */
let environment: Readonly<Record<string, string>>;

requiresDocker('a middle job that is an attacker', () => {
  beforeAll(async () => {
    const auth = { kind: 'basic', users: { ann: PASSWORD } } as const;
    world = await startWorld({ buildpacks: ['large-layer', 'procfile', 'tamper', 'canary'], registry: { auth } });
    builder = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    tools = await toolFolder();
    const docker = await directoryFor('docker');
    const auths = { [world.registry.host]: { auth: Buffer.from(`ann:${PASSWORD}`).toString('base64') } };
    await writeFile(path.join(docker, 'config.json'), JSON.stringify({ auths }));
    environment = {
      DOCKER_CONFIG: docker,
      CI_JOB_TOKEN: `${CANARY}token`,
      REGISTRY_PASSWORD: `${CANARY}environment`,
    };
  });
  afterAll(async () => {
    await rm(tools, { recursive: true, force: true });
    await world.stop();
  });

  describe('changes what it hands over', () => {
    let untampered: string;
    let done: HandOver;
    let expected: BuildResult;
    const name = `app-${randomUUID()}`;

    beforeAll(async () => {
      untampered = await directoryFor('untampered');
      done = await inTwo(untampered, {
        image: world.image(name),
        buildpacks: ['test/large-layer', 'samples/procfile'],
        env: LARGE,
        'cache-store': `registry:${world.registry.host}/${name}-cache`,
      });
    });

    /** Publishes a copy of the build after an attack on it. */
    async function publishAfter(attack: (at: HandOver) => Promise<unknown>): Promise<BuildResult> {
      const copy = path.join(await temporaryDirectory('tampered'), 'hand-over');
      await cp(untampered, copy, { recursive: true, verbatimSymlinks: true });
      const at = { ...done, prepared: path.join(copy, 'prepare'), built: path.join(copy, 'run') };
      await attack(at);
      world.registry.forget();
      return publishJob(at, environment);
    }
    const written = () => world.registry.requests().filter(({ method }) => method === 'PUT');

    it('is published when nothing was changed', async () => {
      expected = await publishAfter(() => Promise.resolve());
      expect(expected).toMatchObject({ image: world.image(name), warnings: [] });
    });

    it.each<[string, RegExp, (at: HandOver) => Promise<unknown>]>([
      ['the plan', /is not the one that was prepared/, (at) => retarget(path.join(at.prepared, 'plan.json'), name)],
      [
        'what PREPARE found of the caches',
        /is not the one that was prepared/,
        (at) => writeFile(path.join(at.prepared, 'caches.json'), '[]'),
      ],
      [
        'the archive for a link',
        /holds no build\.tar\.zst/,
        (at) => replaced(at, (file) => symlink('/etc/passwd', file)),
      ],
      [
        'the archive for a pipe',
        /holds no build\.tar\.zst/,
        (at) =>
          replaced(at, (file) => {
            execFileSync('mkfifo', [file]);
            return Promise.resolve();
          }),
      ],
      [
        'the archive for a bomb',
        /refused: the archive (?:has more|is larger) than/,
        (at) =>
          repacked(at, async (root) => {
            const blobs = path.join(root, 'tmp/buildpacks-ci/layout/out.invalid/app/1/blobs/sha256');
            await writeFile(path.join(blobs, 'zeros'), '');
            await truncate(path.join(blobs, 'zeros'), 1024 ** 3);
          }),
      ],
      [
        'the folder of the image for a link',
        /no image of the app/,
        (at) =>
          repacked(at, async (root) => {
            await rm(path.join(root, 'tmp/buildpacks-ci/layout/out.invalid'), { recursive: true });
            await symlink('/etc', path.join(root, 'tmp/buildpacks-ci/layout/out.invalid'));
          }),
      ],
    ])('is refused when it exchanges %s', async (_case, reason, attack) => {
      await expect(publishAfter(attack)).rejects.toThrow(reason);
      expect(written()).toEqual([]);
    });

    it('has no say in where the image goes', async () => {
      const { digest, tags } = await publishAfter((at) =>
        repacked(at, async (root) => {
          await cp(path.join(at.prepared, 'plan.json'), path.join(root, 'plan.json'));
          await retarget(path.join(root, 'plan.json'), name);
        }),
      );
      expect({ digest, tags }).toEqual({ digest: expected.digest, tags: expected.tags });
    });

    it('costs the layer cache at most when it spoils that', async () => {
      const { digest, warnings } = await publishAfter((at) =>
        writeFile(path.join(at.built, 'cache.tar.zst'), 'nothing of the kind'),
      );
      expect(digest).toBe(expected.digest);
      expect(warnings).toEqual([expect.stringMatching(/^the layer cache is not saved: /) as string]);
    });
  });

  it.each(['output_image', 'output_parent', 'output_blobs', 'report_link', 'sbom_link', 'cache_link'])(
    'gets nothing of its own published by the attack %s',
    async (attack) => {
      const build = async (more: readonly string[]) => {
        const image = world.image(`tamper-${attack.replace('_', '-')}`, randomUUID().slice(0, 8));
        const buildpacks = ['test/tamper', 'test/large-layer'];
        const directory = await directoryFor(attack);
        const env = [...LARGE, 'BP_TAMPER_BUILD=/tmp/buildpacks-ci', ...more];
        const handOver = await prepared(directory, { image, buildpacks, env, 'previous-image': 'none' });
        const { status } = await runJob(handOver, { builder, environment });
        return status === 0 ? publishJob(handOver, environment) : undefined;
      };
      const untampered = await build([]);
      const tampered = await build([`BP_TAMPER=later-${attack}`]).catch((error: unknown) => error);
      const refused = tampered === undefined || tampered instanceof Error;
      expect(refused ? untampered?.digest : (tampered as BuildResult).digest).toBe(untampered?.digest);
    },
  );

  describe('finds', () => {
    const hunt = [`CANARY_HEX_PREFIX=${Buffer.from(CANARY).toString('hex')}`];
    const found = (image: string) =>
      readAppFile(world.image(image), '/layers/test_canary/report/found.txt', world.registry.access);

    it('none of the credentials of the jobs around it, and the artifacts have none', async () => {
      const directory = await directoryFor('canary');
      const handOver = await inTwo(directory, { image: world.image('canary'), buildpacks: ['test/canary'], env: hunt });
      await publishJob(handOver, environment);
      expect((await found('canary')).trim()).toBe('');
      expect(await contents(directory)).not.toContain(CANARY);
    });

    it('bindings only when they may be handed over', async () => {
      const directory = await directoryFor('bindings');
      const given = await temporaryDirectory('binding');
      await writeFile(path.join(given, 'secret'), `${CANARY}binding\n`);
      const inputs = {
        image: world.image('bindings'),
        buildpacks: ['test/canary'],
        env: hunt,
        bindings: [`test=${given}`, 'test/type=test'],
      };
      await expect(prepared(directory, inputs)).rejects.toThrow(/bindings: all may read them/);
      const handOver = await prepared(directory, inputs, true);
      expect(await archived(handOver.prepared, 'build.tar.zst')).toContain('platform/bindings/test/secret');
      expect(await runJob(handOver, { builder, environment })).toMatchObject({ status: 0 });
      await publishJob(handOver, environment);
      expect(await found('bindings')).toContain('file\t/tmp/buildpacks-ci/platform/bindings/test/secret\tbinding');
    });
  });
});

async function directoryFor(name: string): Promise<string> {
  const directory = path.join(tools, '..', `e2e-staged-${name}-${randomUUID()}`);
  await mkdir(directory);
  directories.push(directory);
  return directory;
}
const directories: string[] = [];
afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

function prepared(directory: string, inputs: RawInputs, bindings = false): Promise<HandOver> {
  return prepareJob({ inputs: { builder, path: APP, ...inputs }, directory, tools, environment, bindings });
}

async function inTwo(directory: string, inputs: RawInputs): Promise<HandOver> {
  const handOver = await prepared(directory, inputs);
  const { status, output } = await runJob(handOver, { builder, environment });
  if (status !== 0) throw new Error(output);
  return handOver;
}

/** Lets a plan name another repository. */
async function retarget(plan: string, repository: string): Promise<void> {
  await writeFile(plan, (await readFile(plan, 'utf8')).replaceAll(repository, 'planted'));
}

async function replaced({ built }: HandOver, replace: (file: string) => Promise<unknown>): Promise<void> {
  const file = path.join(built, 'build.tar.zst');
  await rm(file);
  await replace(file);
}

/** Changes what is in the archive of the image. */
async function repacked({ built }: HandOver, change: (root: string) => Promise<unknown>): Promise<void> {
  const file = path.join(built, 'build.tar.zst');
  const root = await temporaryDirectory('repacked');
  await command('tar', ['--zstd', '-xf', file, '-C', root]);
  await change(root);
  await command('tar', ['--zstd', '-cf', file, '-C', root, ...(await readdir(root))]);
}

/** All files of a directory, those in archives unpacked. */
async function contents(directory: string): Promise<string> {
  const parts: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) parts.push(await readFile(file, 'latin1'));
    if (entry.name.endsWith('.zst')) parts.push(await command('tar', ['--zstd', '-xOf', file]));
  }
  return parts.join('\n');
}
