import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { requiresDocker } from '../support/requires.ts';
import { build, cli, type CliOptions, type CliOutcome } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', path.resolve('samples/apps/procfile')];
const PASSWORD = 'password-of-the-registry';

let world: World;
/** The builder as a staged build must name it. */
let pinned: string;
/** Knows the registry's password. */
let options: CliOptions;

beforeAll(async () => {
  const auth = { kind: 'basic', users: { ann: PASSWORD } } as const;
  world = await startWorld({ buildpacks: ['procfile'], registry: { auth } });
  pinned = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
});
beforeEach(async () => {
  options = { environment: await loggedIn(world.registry.host, `ann:${PASSWORD}`) };
});
afterAll(() => world.stop());

describe('prepare', () => {
  it('asks for the builder by digest and tells it', async () => {
    const outcome = await stage('prepare', await temporaryDirectory('build'), [
      world.image('app'),
      '--builder',
      world.builder,
      ...APP,
    ]);
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringContaining(`Write ${pinned}, or`) as string });
  });

  it('takes an empty directory only', async () => {
    const directory = await temporaryDirectory('build');
    await writeFile(path.join(directory, 'notes'), 'mine');
    const outcome = await stage('prepare', directory, [world.image('app'), '--builder', pinned, ...APP]);
    expect(outcome).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is not empty: it holds "notes"') as string,
    });
    expect(await readdir(directory)).toEqual(['notes']);
  });

  it('leaves no secret in the build directory', async () => {
    const directory = path.join(await temporaryDirectory('build'), 'new');
    const app = await temporaryDirectory('app');
    await mkdir(path.join(app, '.git'));
    await writeFile(
      path.join(app, '.git/config'),
      `[remote "origin"]\nurl = https://ann:${PASSWORD}@code.invalid/app\n`,
    );
    await writeFile(path.join(app, 'Procfile'), 'web: true\n');
    const secret = { ...options.environment, CI_JOB_TOKEN: PASSWORD, REGISTRY_PASSWORD: PASSWORD };
    const args = [world.image('secret'), '--builder', pinned, '--path', app, '--git-directory'];
    expect(await stage('prepare', directory, args, { environment: secret })).toMatchObject({ status: 0 });
    expect(await filesWith(PASSWORD, directory)).toEqual([]);
    expect(await filesWith('code.invalid', directory)).toEqual(['workspace/.git/config']);
  });
});

describe('without a prepared build', () => {
  it.each(['run', 'publish'] as const)('%s tells to prepare it', async (name) => {
    const outcome = await stage(name, await temporaryDirectory('build'));
    expect(outcome).toMatchObject({ status: 2, stderr: expect.stringContaining('holds no plan.json') as string });
  });

  it('run asks for the directory', async () => {
    const outcome = await cli(['run'], options);
    expect(outcome).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('build-directory: it is missing') as string,
    });
  });
});

requiresDocker('the three stages on their own', () => {
  it('give the digest of a build in one', async () => {
    const whole = await build([world.image('whole'), '--builder', world.builder, ...APP], options);
    const staged = await inStages([world.image('staged'), '--builder', pinned, ...APP]);
    expect(staged.result).toMatchObject({ digest: whole.digest, image: world.image('staged'), warnings: [] });
    expect(await world.digest(world.image('staged'))).toBe(whole.digest);
  });

  it('can be published again, which changes nothing', async () => {
    const { directory, result } = await inStages([world.image('twice'), '--builder', pinned, ...APP]);
    world.registry.forget();
    const again = await stage('publish', directory, ['--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ digest: result.digest, tags: result.tags });
    expect(uploads()).toEqual([]);
  });

  it('remember that the builder was named by tag', async () => {
    const { result } = await inStages([world.image('tag'), '--builder', world.builder, '--allow-builder-tag', ...APP]);
    expect(result.warnings).toEqual([expect.stringContaining('was named by tag') as string]);
  });

  it('refuse the plan of another version', async () => {
    const { directory } = await inStages([world.image('version'), '--builder', pinned, ...APP]);
    const file = path.join(directory, 'plan.json');
    const plan = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...plan, schemaVersion: 2 }));
    world.registry.forget();
    for (const name of ['run', 'publish'] as const) {
      expect(await stage(name, directory)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('a plan.json that is of version 2') as string,
      });
    }
    expect(world.registry.requests()).toEqual([]);
  });

  it('publish nothing that was not built', async () => {
    const directory = await temporaryDirectory('build');
    expect(await stage('prepare', directory, [world.image('unbuilt'), '--builder', pinned, ...APP])).toMatchObject({
      status: 0,
    });
    expect(await stage('publish', directory)).toMatchObject({ status: 1 });
    expect(uploads()).toEqual([]);
  });
});

/** Runs one stage as the pipeline's user does. */
function stage(
  name: string,
  directory: string,
  args: readonly string[] = [],
  more: CliOptions = options,
): Promise<CliOutcome> {
  return cli([name, ...args, '--build-directory', directory], more);
}

/** Runs the three stages, of which the middle one knows no password, and gives what the last one prints. */
async function inStages(
  args: readonly string[],
): Promise<{ readonly directory: string; readonly result: BuildResult }> {
  const directory = await temporaryDirectory('build');
  const outcomes = [
    await stage('prepare', directory, args),
    await stage('run', directory),
    await stage('publish', directory, ['--json']),
  ];
  for (const { status, stderr } of outcomes) if (status !== 0) throw new Error(stderr);
  return { directory, result: JSON.parse(outcomes[2]?.stdout ?? '') as BuildResult };
}

function uploads() {
  return world.registry.requests().filter(({ method, path: url }) => method === 'PUT' && url.includes('/blobs/'));
}

/** The files below a directory, links not followed, that hold a text; by their relative path. */
async function filesWith(text: string, directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) })));
  return contents.filter(({ bytes }) => bytes.includes(text)).map(({ file }) => path.relative(directory, file));
}
