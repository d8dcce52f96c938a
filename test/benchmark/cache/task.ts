import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bytesIn } from './disk.ts';
import { memoryOfTree } from './memory.ts';

/** What a program took for one task. */
export interface TaskMeasure {
  /** From the word to begin until it has finished; without the time that the program needs to start. */
  readonly seconds: number;
  /** The most memory that it and its children had at once, in bytes. */
  readonly peakMemory: number;
  /** By how much the folder grew meanwhile, at most; in bytes. */
  readonly peakDisk: number;
}

export interface Task {
  readonly file: string;
  readonly args: readonly string[];
  /** Where it writes. */
  readonly folder: string;
  /** Called when the program is ready, and has not begun. */
  readonly begin: () => void;
}

const PAUSE = 20;

/**
 * Runs a program that prints `ready`, waits for a line, works, and prints a line of JSON with the `seconds` that this took.
 *
 * @throws Error with the end of what it printed when it fails
 */
export async function runTask({ file, args, folder, begin }: Task): Promise<TaskMeasure> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.on('error', () => undefined);
  const before = bytesIn(folder);
  let peakMemory = 0;
  let peakDisk = 0;
  const look = () => {
    peakMemory = Math.max(peakMemory, memoryOfTree(child.pid ?? 0));
    peakDisk = Math.max(peakDisk, bytesIn(folder) - before);
  };
  const watch = setInterval(look, PAUSE);
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    if ((await lines.next()).value === 'ready') {
      begin();
      child.stdin.end('\n');
      const { value } = await lines.next();
      look();
      const [status] = await ended;
      if (status === 0 && value !== undefined)
        return { ...(JSON.parse(value) as { seconds: number }), peakMemory, peakDisk };
    }
    await ended;
  } finally {
    clearInterval(watch);
  }
  throw new Error(`${file} ${args.join(' ')} failed:\n${errors.trim().slice(-2000)}`);
}
