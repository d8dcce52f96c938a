import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import TOML from '@iarna/toml';
import { onTestFinished } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
export const SAMPLE_APPS = path.join(ROOT, 'samples/apps');
export const SAMPLE_BUILDPACKS = path.join(ROOT, 'samples/buildpacks');
export const TEST_BUILDPACKS = path.join(ROOT, 'test/buildpacks');

export interface Ended {
  /** The exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly output: Buffer;
}

/** What the lifecycle gives to one buildpack, in temporary directories of this test. */
export interface Stage {
  readonly app: string;
  readonly layers: string;
  readonly platform: string;
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'buildpack-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Lays out an app (a copy of a directory, or files by path) and the platform's variables. */
export async function stage(
  app: string | Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const root = await temporaryDirectory();
  const made = {
    app: path.join(root, 'app'),
    layers: path.join(root, 'layers'),
    platform: path.join(root, 'platform'),
  };
  await mkdir(made.layers);
  await mkdir(made.app);
  if (typeof app === 'string') await cp(app, made.app, { recursive: true, verbatimSymlinks: true });
  else await writeFiles(made.app, app);
  await writeFiles(path.join(made.platform, 'env'), environment);
  return made;
}

export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

/** Runs `bin/detect` as the lifecycle does: 0 takes part, 100 does not. */
export async function detect(buildpack: string, at: Stage): Promise<Ended & { readonly plan: unknown }> {
  const plan = path.join(await temporaryDirectory(), 'plan.toml');
  await writeFile(plan, '');
  const ended = await execute(path.join(buildpack, 'bin/detect'), buildpack, at, { CNB_BUILD_PLAN_PATH: plan });
  return { ...ended, plan: TOML.parse(await readFile(plan, 'utf8')) };
}

/** Runs `bin/build` as the lifecycle does: in the app, with the platform's variables and nothing else of ours. */
export async function build(buildpack: string, at: Stage): Promise<Ended> {
  const plan = path.join(await temporaryDirectory(), 'plan.toml');
  await writeFile(plan, '');
  return execute(path.join(buildpack, 'bin/build'), buildpack, at, {
    CNB_LAYERS_DIR: at.layers,
    CNB_BP_PLAN_PATH: plan,
  });
}

/** A TOML file of the layers directory, as plain data; integers beyond 2^53 as text. */
export async function readToml(at: Stage, name: string): Promise<unknown> {
  const parsed = TOML.parse(await readFile(path.join(at.layers, name), 'utf8'));
  return JSON.parse(JSON.stringify(parsed, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
}

/** A file's SHA-256 in hexadecimal. */
export async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function execute(
  program: string,
  buildpack: string,
  at: Stage,
  added: Readonly<Record<string, string>>,
): Promise<Ended> {
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: at.platform,
    ...(await platformVariables(at)),
    CNB_BUILDPACK_DIR: buildpack,
    CNB_PLATFORM_DIR: at.platform,
    CNB_TARGET_OS: 'linux',
    CNB_TARGET_ARCH: process.arch === 'x64' ? 'amd64' : process.arch,
    ...added,
  };
  const child = spawn(program, [], { cwd: at.app, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close') as Promise<[number | null]>;
  const [[status], output, errors] = await Promise.all([exited, buffer(child.stdout), buffer(child.stderr)]);
  return { status, output: Buffer.concat([output, errors]) };
}

async function platformVariables(at: Stage): Promise<Record<string, string>> {
  const directory = path.join(at.platform, 'env');
  const names = await readdir(directory);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(directory, name), 'utf8')] as const)),
  );
}
