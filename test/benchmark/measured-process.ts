import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface MeasuredProcess {
  readonly seconds: number;
  /** The most memory that the process itself had at once, in bytes; not that of its children. */
  readonly peakMemory: number;
  readonly stdout: string;
}

export interface ProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
}

const MEMORY_PAUSE = 20;

/**
 * Runs a program from its start to its exit, and to the end of what it prints.
 *
 * @throws Error with the end of its output when it fails
 */
export async function measureProcess(
  file: string,
  args: readonly string[],
  { environment, user }: ProcessOptions = {},
): Promise<MeasuredProcess> {
  const started = performance.now();
  const env = { ...process.env, ...environment };
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(user ?? {}) });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  let peakMemory = 0;
  const watch = setInterval(() => (peakMemory = Math.max(peakMemory, peakMemoryOf(child.pid))), MEMORY_PAUSE);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  }).finally(() => {
    clearInterval(watch);
  });
  const seconds = (performance.now() - started) / 1000;
  if (status === 0) return { seconds, peakMemory, stdout: output.stdout };
  const tail = `${output.stdout}${output.stderr}`.trim().slice(-2000);
  throw new Error(`${file} ${args.join(' ')} ended with status ${String(status)}:\n${tail}`);
}

/** Bytes; 0 when the process is gone. */
function peakMemoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
