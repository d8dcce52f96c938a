import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineSplitter } from './line-splitter.ts';
import { OutputTail } from './output-tail.ts';
import type { Command, Outcome, ProcessRunner } from './process-runner.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_KILL_AFTER = 10_000;
/** How long, in milliseconds, output may still come after SIGKILL: from then on only a process that left its group can hold it. */
const DRAIN_AFTER_KILL = 1_000;
const GROUP_PAUSE = 5;
/** The process ended without reading all of its input; its exit status says whether that matters. */
const INPUT_NOT_WANTED = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

export interface ProcessRunnerOptions {
  /** What processes get that are given no environment of their own; its PATH finds the programs. Absent: as Node was started. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether a program that the PATH leads to is left where it is, and another one looked for. Absent: none is. */
  readonly isForeign?: (file: string) => Promise<boolean>;
}

/**
 * Runs processes of this machine. Each is the leader of its own session and process group: a terminal's Ctrl-C does not reach it,
 * so the caller decides when it ends, and ending it ends the whole group.
 */
export function createProcessRunner(options: ProcessRunnerOptions = {}): ProcessRunner {
  return {
    run: async (command) => {
      const source = command.input instanceof Readable ? command.input : undefined;
      // It may fail before anything reads it; who reads it then gets the failure.
      source?.on('error', () => undefined);
      try {
        return await run(command, options);
      } finally {
        source?.destroy();
      }
    },
  };
}

async function run(command: Command, { environment, isForeign }: ProcessRunnerOptions): Promise<Outcome> {
  const file = await findProgram(command.file, environment?.['PATH'], isForeign);
  if (command.signal?.aborted === true) return { status: null, signal: 'SIGTERM', stdout: '', stderr: '' };
  const child: Child = spawn(file, command.args, {
    cwd: command.directory,
    env: command.environment ?? environment,
    detached: true,
    stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  }) as Child;
  const ending = new Ending(child, command);
  try {
    const stdout = collect(child.stdout, 'stdout', command, ending);
    const stderr = collect(child.stderr, 'stderr', command, ending);
    feed(child, command.input, ending);
    const { status, signal } = await ending.closed();
    return { status, signal, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    ending.settle();
  }
}

/** Brings a process to its end, on request or because a callback failed. */
class Ending {
  readonly #child: Child;
  readonly #command: Command;
  readonly #work: Promise<void>[] = [];
  readonly #stop = () => {
    this.#timer ??= setTimeout(() => {
      this.#terminate();
    }, this.#command.stopAfter ?? 0);
  };
  #failure: { readonly error: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(child: Child, command: Command) {
    this.#child = child;
    this.#command = command;
    command.signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Resolves when the process is gone and its output read; rejects when it was never there, or with the first failure. */
  async closed(): Promise<{ status: number | null; signal: NodeJS.Signals | null }> {
    const result = await new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (status, signal) => {
        resolve({ status, signal });
      });
    });
    await Promise.all(this.#work);
    if (this.#timer !== undefined) await endGroup(this.#child.pid);
    if (this.#failure !== undefined) throw this.#failure.error;
    return result;
  }

  /** Waits for `work` too, and ends the process when it fails. */
  include(work: Promise<void>): void {
    this.#work.push(
      work.catch((error: unknown) => {
        this.fail(error);
      }),
    );
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#kill();
  }

  settle(): void {
    clearTimeout(this.#timer);
    this.#command.signal?.removeEventListener('abort', this.#stop);
  }

  #terminate(): void {
    signalGroup(this.#child.pid, 'SIGTERM');
    this.#timer = setTimeout(() => {
      this.#kill();
    }, this.#command.killAfter ?? DEFAULT_KILL_AFTER);
  }

  #kill(): void {
    clearTimeout(this.#timer);
    signalGroup(this.#child.pid, 'SIGKILL');
    this.#timer = setTimeout(() => {
      this.#child.stdout.destroy();
      this.#child.stderr.destroy();
    }, DRAIN_AFTER_KILL);
  }
}

/** False when the group is gone. */
function signalGroup(leader: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (leader === undefined) return false;
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/** Kills what is left of the group of a process that has ended, and waits; not for long, since nobody may ask about the dead. */
async function endGroup(leader: number | undefined): Promise<void> {
  signalGroup(leader, 'SIGKILL');
  for (let waited = 0; waited < DRAIN_AFTER_KILL && signalGroup(leader, 0); waited += GROUP_PAUSE) {
    await sleep(GROUP_PAUSE);
  }
}

function collect(stream: Readable, name: 'stdout' | 'stderr', command: Command, ending: Ending): OutputTail {
  const tail = new OutputTail(MEBIBYTE);
  const { onLine, onStdout } = command;
  if (name === 'stdout' && onStdout !== undefined) {
    ending.include(onStdout(stream).then(() => void stream.resume()));
    return tail;
  }
  const splitter =
    onLine &&
    new LineSplitter((line) => {
      onLine(line, name);
    });
  const guarded = (step: () => void) => {
    try {
      step();
    } catch (error) {
      ending.fail(error);
    }
  };
  stream.on('data', (chunk: Buffer) => {
    tail.write(chunk);
    guarded(() => splitter?.write(chunk));
  });
  stream.once('end', () => {
    guarded(() => splitter?.end());
  });
  stream.on('error', (error) => {
    ending.fail(error);
  });
  return tail;
}

function feed({ stdin }: Child, input: Command['input'], ending: Ending): void {
  if (stdin === null || input === undefined) return;
  const source = input instanceof Uint8Array ? Readable.from([input]) : input;
  ending.include(
    pipeline(source, stdin).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && INPUT_NOT_WANTED.has(String(error.code)))) throw error;
    }),
  );
}

/**
 * Looks a program up on our own PATH, whatever PATH the process itself will get. Relative entries are skipped: they would find what the
 * current directory holds.
 *
 * @returns `file` itself when it is a path, or when there is no search path
 * @throws Error with the code `ENOENT`
 */
export async function findProgram(
  file: string,
  searchPath: string | undefined,
  isForeign: ProcessRunnerOptions['isForeign'] = () => Promise.resolve(false),
): Promise<string> {
  if (file.includes('/') || searchPath === undefined) return file;
  for (const directory of searchPath.split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const candidate = path.join(directory, file);
    if ((await isProgram(candidate)) && !(await isForeign(candidate))) return candidate;
  }
  throw Object.assign(new Error(`"${file}" is not on the PATH`), { code: 'ENOENT' });
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
