import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { runTask, type TaskOptions, type TaskOutcome } from '../../bench/tekton.ts';
import { loadToolImage } from '../../bench/tool-image.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** The Task whose users stand in manifests and images. */
export const FIXED = path.resolve('tekton/task/buildpacks-ci/buildpacks-ci.yaml');
/** The Task for clusters that choose the user. */
export const ANY_USER = path.resolve('tekton/task/buildpacks-ci-any-user/buildpacks-ci-any-user.yaml');
/** As OpenShift chooses users. */
export const ARBITRARY = 1_000_660_000;

export const APP = path.resolve('samples/apps/procfile');

/** Tekton takes one claim in a run, unless it is told not to choose nodes by them. */
export const SEVERAL_CLAIMS = { coschedule: 'disabled' } as const;
/** Of our own steps. */
const TOOL_GROUP = 65_532;

/** None of the users that any step has. */
const SOMEBODY = '4711:4711';

/** A node that has a world's builder and the tool image. */
export interface Tekton {
  readonly world: World;
  /** By digest. */
  readonly builder: string;
  /** Runs a Task, `FIXED` with the sample app unless it says otherwise. */
  run(options: Partial<TaskOptions>): Promise<TaskOutcome>;
  /** A volume with files, all of somebody else: whoever has cloned the app, for instance. */
  volumeOf(files: Readonly<Record<string, string>>): Promise<string>;
  /** A volume as a claim is for a Pod with `fsGroup`: its group may write. */
  sharedVolume(): Promise<string>;
  /** A volume as a Pod with `fsGroup` leaves a new claim for those after it: root's, and of the group of our own steps. */
  preparedClaim(): Promise<string>;
  /** Removes volumes, and the world that was started with it. */
  stop(): Promise<void>;
}

export async function startTekton(options: WorldOptions): Promise<Tekton> {
  const world = await startWorld(options);
  try {
    const tekton = await tektonOf(world);
    const stop = async () => {
      await tekton.stop();
      await world.stop();
    };
    return { ...tekton, stop };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** A node for a world that is there already, and stays when the node stops. */
export async function tektonOf(world: World): Promise<Tekton> {
  const volumes = await mkdtemp(path.join(tmpdir(), 'e2e-tekton-'));
  const stop = () => rm(volumes, { recursive: true, force: true });
  try {
    const builder = await byDigest(world, world.builder);
    await pull(builder, world);
    const always = { builder, 'tool-image': await loadToolImage() };
    const run = ({ params = {}, workspaces = {}, ...more }: Partial<TaskOptions>) =>
      runTask({
        task: FIXED,
        params: { ...always, ...params },
        workspaces: { source: { kind: 'directory', path: APP, readOnly: true }, ...workspaces },
        ...more,
      });
    const volume = () => mkdtemp(path.join(volumes, 'volume-'));
    return {
      world,
      builder,
      run,
      stop,
      volumeOf: (files) => fill(volume(), files),
      sharedVolume: () => share(volume()),
      preparedClaim: () => prepareClaim(volume()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A reference with the digest that its tag has now. */
export async function byDigest(world: World, reference: string): Promise<string> {
  return `${reference.replace(/:[^:/]+$/, '')}@${await world.digest(reference)}`;
}

/** The node's own credentials (`imagePullSecrets`) and trust are not those of the steps. */
async function pull(image: string, world: World): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-node-'));
  try {
    await writeFile(path.join(directory, 'config.json'), dockerConfig(world));
    await command('docker', ['--config', directory, 'pull', '--quiet', image]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** `config.json` of Docker for a world's registry. */
export function dockerConfig({ registry: { host, access } }: World): string {
  if (access.credentials === undefined) return '{}';
  const { user, password } = access.credentials;
  return JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:${password}`).toString('base64') } } });
}

async function share(made: Promise<string>): Promise<string> {
  const directory = await made;
  await chmod(directory, 0o2777);
  await mkdir(path.join(directory, 'lost+found'));
  return directory;
}

async function prepareClaim(made: Promise<string>): Promise<string> {
  const directory = await made;
  for (const folder of [directory, path.join(directory, 'lost+found')]) {
    await mkdir(folder, { recursive: true });
    await chown(folder, 0, TOOL_GROUP);
  }
  await chmod(directory, 0o2775);
  await chmod(path.join(directory, 'lost+found'), 0o2770);
  return directory;
}

async function fill(made: Promise<string>, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await made;
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await chmod(directory, 0o755);
  await command('chown', ['-R', SOMEBODY, directory]);
  return directory;
}

/** The exit statuses of the steps; 1 for one that Tekton did not run. */
export function codesOf({ steps }: TaskOutcome): readonly number[] {
  return steps.map(({ exitCode }) => exitCode);
}
