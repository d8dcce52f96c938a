import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type BuildDirectory, buildDirectory } from '../../../packages/core/src/lifecycle/build-directory.ts';
import type { EnginePorts, EngineRun } from '../../../packages/core/src/engine/index.ts';
import type { Image } from '../../../packages/core/src/image/source.ts';
import { createProcessRunner } from '../../../packages/core/src/ports/node-processes.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { CNB_USER } from '../../support/host-builder.ts';

/** A value that is in our own environment and must not be seen by anything that an engine runs. */
export const CANARY = 'canary-5d1c0a';

export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/root',
  OURS: CANARY,
  HTTP_PROXY: `http://${CANARY}@127.0.0.1:9`,
};

interface PortOptions {
  /** May be another's, so that a root engine hands files over as it would for any user. */
  readonly uid?: number;
  /** Added to ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Real ports. */
export function enginePorts(options: PortOptions = {}): EnginePorts {
  const environment = { ...ENVIRONMENT, ...options.environment };
  const processes = createProcessRunner({ environment });
  return {
    processes: {
      run: (command) => {
        const name = command.args[command.args.indexOf('--name') + 1];
        if (command.args[0] === 'create' && name !== undefined) created.add(name);
        return processes.run(command);
      },
    },
    log: SILENT_LOG,
    clock: { now: Date.now, sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }) },
    environment,
    signal: new AbortController().signal,
    machine: {
      uid: options.uid ?? process.getuid?.() ?? -1,
      gid: process.getgid?.() ?? -1,
      home: ENVIRONMENT['HOME'] ?? '/',
      temporary: tmpdir(),
      architecture: process.arch,
      workingDirectory: process.cwd(),
    },
  };
}

/** A build directory as PREPARE leaves it, removed when the test ends. */
export async function newBuildDirectory(): Promise<BuildDirectory> {
  const root = await mkdtemp(path.join(tmpdir(), 'engine, "test" '));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const directory = buildDirectory(root);
  const output = path.join(directory.layout, 'out.invalid/app/1');
  await mkdir(output, { recursive: true });
  for (const part of ['workspace', 'layers', 'platform/env', 'config', 'cache'])
    await mkdir(path.join(root, part), { recursive: true });
  await writeFile(path.join(directory.workspace, 'app.txt'), 'app\n');
  await writeFile(path.join(directory.platform, 'env/GREETING'), 'hello');
  await writeFile(path.join(directory.config, 'run.toml'), '# run\n');
  await chmod(directory.workspace, 0o777);
  if (process.getuid?.() === 0) {
    execFileSync('chown', [
      '-R',
      `${CNB_USER.uid}:${CNB_USER.gid}`,
      ...(['workspace', 'layers', 'layout', 'cache'] as const).map((part) => path.join(root, part)),
    ]);
  }
  return directory;
}

/** A run of a shell script in `builder`; its lines are gathered. */
export function newRun(
  builder: Image,
  directory: BuildDirectory,
  script: string,
  more: Partial<EngineRun> = {},
): EngineRun & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    builder: { image: builder },
    directory,
    command: ['/bin/sh', '-c', script],
    environment: {},
    user: CNB_USER,
    network: 'none',
    volumes: [],
    onLine: (line) => lines.push(line),
    signal: new AbortController().signal,
    lines,
    ...more,
  };
}

/** The containers that these tests made; others may be at work on the same engine. */
const created = new Set<string>();

/** All that a run could leave on the machine. */
export interface Traces {
  readonly containers: readonly string[];
  /** Anonymous ones. */
  readonly volumes: readonly string[];
  readonly mounts: readonly string[];
}

export async function traces(): Promise<Traces> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return {
    containers: docker(['ps', '--all', '--format', '{{.Names}}']).filter((name) => created.has(name)),
    volumes: docker(['volume', 'ls', '--quiet']).filter((name) => /^[0-9a-f]{64}$/.test(name)),
    mounts: mounts.split('\n').filter((line) => line.includes('engine')),
  };
}

/** Takes an image out of docker's store, with all its names. */
export function removeImage(image: Image): void {
  docker(['image', 'rm', '--force', image.manifest.config.digest]);
}

/** The lines that it prints; none where there is no docker. */
function docker(args: readonly string[]): readonly string[] {
  try {
    return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');
  } catch {
    return [];
  }
}

/** The process ids of everything on this machine whose command line holds `text`. */
export async function processesWith(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => lines[index]?.includes(text));
}
