import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { prepareJob, publishJob, runJob, toolFolder } from './support/staged.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
/** Folders in the app and in a layer, which take over the group and its bit from where they are made. */
const FOLDERS = [
  'mkdir -p made/within "$CNB_LAYERS_DIR/folders/within"',
  'echo app >made/within/file',
  'echo layer >"$CNB_LAYERS_DIR/folders/within/file"',
  'printf "[types]\\nlaunch = true\\ncache = true\\n" >"$CNB_LAYERS_DIR/folders.toml"',
].join('\n');
const WARNING = 'the volume at /workspace belongs to a group (fsGroup)';

requiresDocker('a build in three containers whose volumes belong to a group', () => {
  let world: World;
  let tools: string;
  let builder: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['large-layer', 'procfile', 'shell'] });
    builder = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    tools = await toolFolder();
  });
  afterAll(async () => {
    await rm(tools, { recursive: true, force: true });
    await world.stop();
  });

  const digestWith = async (name: string, args: readonly string[]) => {
    const inputs = {
      image: world.image(name),
      builder,
      path: APP,
      buildpacks: ['test/large-layer', 'test/shell', 'samples/procfile'],
      env: ['BP_LARGE_LAYER_MB=1', `BP_SHELL=${FOLDERS}`],
    };
    const handOver = await prepareJob({ inputs, directory: await temporaryDirectory('staged'), tools });
    const { status, output } = await runJob(handOver, { builder, args });
    expect(status, output).toBe(0);
    return { output, digest: (await publishJob(handOver)).digest };
  };

  it('makes one image for every group, and warns that it is another than without', async () => {
    const first = await digestWith('group', await volumeOf(65_532));
    const second = await digestWith('other-group', await volumeOf(4711));
    expect(first.output).toContain(WARNING);
    expect(second.digest).toBe(first.digest);
    const alone = await digestWith('alone', ['--group-add', '65532']);
    expect(alone.output).not.toContain(WARNING);
    expect(alone.digest).not.toBe(first.digest);
  });
});

/** The volume that Tekton gives each step, as the kubelet makes it for a Pod with `fsGroup`. */
async function volumeOf(group: number): Promise<readonly string[]> {
  const directory = await temporaryDirectory('volume');
  await chmod(directory, 0o755);
  const volume = path.join(directory, 'workspace');
  await mkdir(volume);
  await chown(volume, 0, group);
  await chmod(volume, 0o2777);
  return ['--volume', `${volume}:/workspace`, '--group-add', String(group)];
}
