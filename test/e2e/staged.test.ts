import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildResult, optional, type RawInputs } from '../../packages/core/src/index.ts';
import { command } from '../bench/command.ts';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import {
  archived,
  type HandOver,
  prepareJob,
  publishJob,
  runJob,
  type RunOptions,
  toolFolder,
} from './support/staged.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
/** As OpenShift chooses them. */
const ARBITRARY = { uid: 1_000_660_000, gid: 0 };

requiresDocker('a build in three jobs', () => {
  let world: World;
  let tools: string;
  let builder: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['large-layer', 'procfile', 'failing', 'hostile-output'] });
    builder = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    tools = await toolFolder();
  });
  afterAll(async () => {
    await rm(tools, { recursive: true, force: true });
    await world.stop();
  });

  const prepare = async (inputs: RawInputs, limit?: number): Promise<HandOver> =>
    prepareJob({
      ...optional('limit', limit),
      inputs: { builder, path: APP, 'cache-store': `registry:${world.registry.host}/cache`, ...inputs },
      directory: await temporaryDirectory('staged'),
      tools,
    });
  const run = (handOver: HandOver, options: Partial<RunOptions> = {}) => runJob(handOver, { builder, ...options });
  const inThree = async (inputs: RawInputs, options: Partial<RunOptions> = {}) => {
    const handOver = await prepare(inputs);
    const { status, output } = await run(handOver, options);
    if (status !== 0) throw new Error(output);
    return { handOver, output, result: await publishJob(handOver) };
  };

  it.each<[string, RunOptions['shell']]>([
    ['000', ['sh']],
    ['022', ['bash', '-o', 'errexit', '-o', 'pipefail']],
    ['077', ['/builds/project/.buildpacks-ci/prepare/tools/busybox', 'sh']],
  ])('has the digest of a build in one, under umask %s and in %j', async (umask, shell) => {
    const app = await difficultApp();
    const whole = await build([world.image('whole'), '--builder', world.builder, '--path', app, ...PROCFILE]);
    const inputs = { image: world.image(`umask-${umask}`), path: app, buildpacks: ['samples/procfile'] };
    const { result } = await inThree(inputs, { umask, ...optional('shell', shell) });
    expect(result.digest).toBe(whole.digest);
  });

  describe('reuses what the build before has made, and hands back only what is new', () => {
    const large = (name: string, more: readonly string[] = []): RawInputs => ({
      image: world.image(name),
      'cache-store': `registry:${world.registry.host}/${name}-cache`,
      buildpacks: ['test/large-layer', 'samples/procfile'],
      env: ['BP_LARGE_LAYER_MB=4', ...more],
    });

    it("as the builder's own user", async () => {
      const first = await inThree(large('warm'));
      const second = await inThree(large('warm'));
      expectReuse(first.result, second.result);
      expect(second.output).toContain('from the cache');
      expect(second.output).toContain("Reusing layer 'test/large-layer:large'");
      expect(layersIn(await archived(second.handOver.built, 'cache.tar.zst'))).toEqual([]);
      const third = await inThree(large('warm', ['BP_LARGE_LAYER_SEED=7']));
      expect(layersIn(await archived(third.handOver.built, 'cache.tar.zst'))).not.toEqual([]);
      expect(third.result.cache?.stores[0]?.save).toMatchObject({ outcome: 'saved', skipped: 0 });
    });

    it('as a user whom the cluster has chosen, with volumes that keep their group', async () => {
      const inputs = { ...large('arbitrary'), uid: String(ARBITRARY.uid), gid: String(ARBITRARY.gid) };
      const first = await inThree(inputs, await clusterUser(builder));
      const second = await inThree(inputs, await clusterUser(builder));
      expectReuse(first.result, second.result);
    });
  });

  it('leaves the layer cache out where the artifact would be too large, and warns of an image that is', async () => {
    const inputs = { image: world.image('limit'), buildpacks: ['test/large-layer'], env: ['BP_LARGE_LAYER_MB=2'] };
    const handOver = await prepare(inputs, 1024 ** 2);
    const { status, output } = await run(handOver);
    expect(status).toBe(0);
    expect(output).toMatch(
      /WARNING: the image takes [34] MB to hand over, and artifact-limit is 1 MB: it may be refused/,
    );
    expect(output).toContain('WARNING: the layer cache is not kept: with its 3 MB');
    expect((await publishJob(handOver)).cache?.stores[0]?.save).toMatchObject({ outcome: 'nothing' });
  });

  it('ends with the status of the lifecycle, in words, and hands nothing over', async () => {
    const handOver = await prepare({ image: world.image('failing'), buildpacks: ['test/failing'] });
    const { status, output } = await run(handOver);
    expect(status).toBe(51);
    expect(output).toContain('failing: the missing part is missing');
    expect(output).toContain('buildpacks-ci: a buildpack failed to build, exit status 51. Its own output is above.');
    await expect(publishJob(handOver)).rejects.toThrow(/holds no build.tar.zst/);
  });

  it('prints what buildpacks print without what commands GitLab or a terminal', async () => {
    const handOver = await prepare({ image: world.image('hostile'), buildpacks: ['test/hostile-output'] });
    const { status, output } = await run(handOver);
    expect(status).toBe(0);
    expect(output).toContain('colour red is harmless');
    expect(output).toContain('::error::planted without a line end');
    expect(output.match(/(?![\t\n])\p{Cc}/u)).toBeNull();
  });

  describe('refuses, saying what to do,', () => {
    it.each([
      [
        'another user',
        { user: '4711:0' },
        /runs as 4711:0, and the build was prepared for 1001:1000\n.*inputs uid and gid/,
      ],
      ['a folder that is not handed over', { before: 'cd /' }, /\.buildpacks-ci\/prepare is not there/],
    ])('%s', async (_case, options, message) => {
      const handOver = await prepare({ image: world.image('refused'), buildpacks: ['samples/procfile'] });
      const { status, output } = await run(handOver, options);
      expect(output).toMatch(message);
      expect(status).toBe(1);
    });

    it.each([
      ['without an account', [], /\/etc\/passwd has no entry for the user 1000660000/],
      ['without volumes', ['passwd'], /may not write to \/layers\n.*empty volumes of its own/],
    ])('a user whom the cluster has chosen %s', async (_case, wanted, message) => {
      const ids = { uid: String(ARBITRARY.uid), gid: String(ARBITRARY.gid) };
      const handOver = await prepare({ image: world.image('refused'), buildpacks: ['samples/procfile'], ...ids });
      const { args = [], ...user } = await clusterUser(builder);
      const some = wanted.length === 0 ? [] : args.slice(0, 2);
      const { status, output } = await run(handOver, { ...user, args: some });
      expect(output).toMatch(message);
      expect(status).toBe(1);
    });
  });
});

const PROCFILE = ['--buildpacks', 'samples/procfile'];

/** The same image and everything restored; nothing stored anew. */
function expectReuse(first: BuildResult, second: BuildResult): void {
  expect(second.digest).toBe(first.digest);
  expect(first.cache?.stores[0]?.save).toMatchObject({ outcome: 'saved', skipped: 0 });
  expect(second.cache?.stores[0]).toMatchObject({
    restore: { outcome: 'hit', layers: first.cache?.stores[0]?.save.layers, lost: 0 },
    save: { outcome: 'unchanged' },
    bytesUp: 0,
  });
  expect(second.warnings).toEqual([]);
}

function layersIn(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.tar'));
}

/** Names and modes that archives find hard. */
async function difficultApp(): Promise<string> {
  const app = await temporaryDirectory('app');
  await command('cp', ['-R', `${APP}/.`, path.resolve('test/apps/links'), app]);
  const deep = path.join(app, 'd'.repeat(120), 'é'.repeat(90));
  await mkdir(deep, { recursive: true });
  await writeFile(path.join(deep, 'with space\nand newline'), 'odd');
  await writeFile(path.join(app, 'private'), 'for the owner alone');
  await chmod(path.join(app, 'private'), 0o600);
  await writeFile(path.join(app, '-rf'), '');
  return app;
}

/** As OpenShift starts a container: a user of its own choice, whom CRI-O has added to the accounts, and volumes with fsGroup. */
async function clusterUser(builder: string): Promise<Partial<RunOptions>> {
  const directory = await temporaryDirectory('cluster');
  await chmod(directory, 0o755);
  const passwd = path.join(directory, 'passwd');
  const accounts = await command('docker', ['run', '--rm', '--entrypoint', 'cat', builder, '/etc/passwd']);
  await writeFile(passwd, `${accounts}${ARBITRARY.uid}:x:${ARBITRARY.uid}:0:${ARBITRARY.uid} user:/:/sbin/nologin\n`);
  const volumes = await Promise.all(
    ['layers', 'workspace'].map(async (name) => {
      await mkdir(path.join(directory, name));
      await chmod(path.join(directory, name), 0o2777);
      return ['--volume', `${path.join(directory, name)}:/${name}`];
    }),
  );
  return {
    user: `${ARBITRARY.uid}:${ARBITRARY.gid}`,
    args: ['--volume', `${passwd}:/etc/passwd:ro`, ...volumes.flat()],
  };
}
