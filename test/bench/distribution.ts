import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { program } from './tools.ts';
import { accepts, end } from './server-process.ts';

/** A running registry process. */
export interface Distribution {
  /** Where it listens: the path of a unix socket, or a port on loopback. */
  readonly place: string | number;
  readonly end: () => Promise<void>;
}

const START_TIMEOUT = 20_000;

/**
 * Starts the distribution registry, on a unix socket where none names a port, so that none has to be guessed.
 *
 * @param directory a folder of its own, where it stores what is pushed; its path must leave room for a socket's name (107 bytes in all)
 * @param sections more of the registry's configuration: `auth`, `proxy`
 * @param port on loopback
 */
export async function startDistribution(directory: string, sections: object, port?: number): Promise<Distribution> {
  const place = port ?? path.join(directory, 'socket');
  const storage = path.join(directory, 'storage');
  await mkdir(storage);
  const file = path.join(directory, 'config.json');
  const settings = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: typeof place === 'number' ? { addr: `127.0.0.1:${place}` } : { net: 'unix', addr: place },
    ...sections,
  };
  await writeFile(file, JSON.stringify(settings));
  // An environment of its own: REGISTRY_… variables would change the settings.
  const environment = { PATH: '/usr/bin:/bin', OTEL_TRACES_EXPORTER: 'none' };
  const child = spawn(await program('registry'), ['attached', file], {
    env: environment,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  await untilItListens(child, place);
  return { place, end: () => end(child) };
}

async function untilItListens(child: ChildProcess, place: string | number): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await accepts(place))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child);
      throw new Error(`the registry did not start: ${errors.slice(-2000)}`);
    }
    await delay(20);
  }
}
