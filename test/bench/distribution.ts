import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { program } from './tools.ts';
import { accepts, end } from './server-process.ts';

/** A running registry process. */
export interface Distribution {
  readonly socket: string;
  readonly end: () => Promise<void>;
}

const START_TIMEOUT = 20_000;

/**
 * Starts the distribution registry on a unix socket, so that no port has to be guessed.
 *
 * @param directory a folder of its own, where it stores what is pushed; its path must leave room for a socket's name (107 bytes in all)
 * @param sections more of the registry's configuration: `auth`, `proxy`
 */
export async function startDistribution(directory: string, sections: object): Promise<Distribution> {
  const socket = path.join(directory, 'socket');
  const storage = path.join(directory, 'storage');
  await mkdir(storage);
  const file = path.join(directory, 'config.json');
  const settings = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: { net: 'unix', addr: socket },
    ...sections,
  };
  await writeFile(file, JSON.stringify(settings));
  // An environment of its own: REGISTRY_… variables would change the settings.
  const environment = { PATH: '/usr/bin:/bin', OTEL_TRACES_EXPORTER: 'none' };
  const child = spawn(await program('registry'), ['attached', file], {
    env: environment,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  await untilItListens(child, socket);
  return { socket, end: () => end(child) };
}

async function untilItListens(child: ChildProcess, socket: string): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await accepts(socket))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child);
      throw new Error(`the registry did not start: ${errors.slice(-2000)}`);
    }
    await delay(20);
  }
}
