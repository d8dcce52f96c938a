import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unpackImage } from '../../packages/core/src/archive/index.ts';
import { layoutImage, openLayout } from '../../packages/core/src/layout/index.ts';
import { SILENT_LOG } from '../../packages/core/src/ports/index.ts';

/** A started image; `stop` ends its processes and removes its files. */
export interface StartedImage {
  readonly how: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the image of an OCI layout as its user, with Docker if it answers, else in a root of its own (needs root). */
export async function startImage(layout: string, name: string): Promise<StartedImage> {
  const port = await freePort();
  const docker = (await finish('docker', ['version'])).status === 0;
  return docker ? startContainer(name, port) : startRoot(layout, port);
}

async function startContainer(name: string, port: number): Promise<StartedImage> {
  const publish = `127.0.0.1:${port}:8080`;
  const started = await finish('docker', ['run', '--rm', '--detach', '--publish', publish, '--env', 'PORT=8080', name]);
  if (started.status !== 0) throw new Error(`docker can't run ${name}: ${started.stderr}`);
  const id = started.stdout.trim();
  return {
    how: 'docker',
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      await finish('docker', ['rm', '--force', '--volumes', id]);
    },
  };
}

/** `chroot` in namespaces of its own, as the image's user, with its environment and working directory. */
async function startRoot(layout: string, port: number): Promise<StartedImage> {
  const image = await layoutImage(await openLayout(layout));
  const directory = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-demo-'));
  const root = path.join(directory, 'root');
  await mkdir(root, { mode: 0o755 });
  await unpackImage(image, root, { owners: true, log: SILENT_LOG, signal: new AbortController().signal });
  const { User = '0:0', Env, Entrypoint, WorkingDir = '/' } = image.config.config;
  const script = 'mount -t proc proc "$1/proc" && shift && exec "$@"';
  const enter = ['chroot', `--userspec=${User}`, root, '/usr/bin/env', '-i', '-C', WorkingDir, ...Env, `PORT=${port}`];
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const child = spawn('unshare', [...namespaces, 'sh', '-c', script, 'sh', root, ...enter, ...Entrypoint], {
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  return {
    how: 'its own root directory',
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      // The whole group: `--kill-child` is lost when chroot changes the user.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await closed;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Removes what Docker pulled from the demo's registry, which is gone by then; without Docker there is nothing to do. */
export async function removeImages(prefix: string): Promise<void> {
  const filter = ['--quiet', '--no-trunc', '--filter', `reference=${prefix}/*`];
  const { stdout } = await finish('docker', ['image', 'ls', ...filter]);
  const ids = new Set(stdout.split('\n').filter((line) => line !== ''));
  if (ids.size > 0) await finish('docker', ['image', 'rm', '--force', ...ids]);
}

/** Asks until the app answers. */
export async function fetchWhenReady(url: string, attempts = 100): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function finish(file: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
    }
    child.on('error', (error) => {
      resolve({ status: null, stdout: '', stderr: error.message });
    });
    child.on('close', (status) => {
      resolve({ status, ...output });
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}
