import { execFile } from 'node:child_process';
import path from 'node:path';

export interface CommandOptions {
  readonly directory?: string;
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How much of a failed program's output its error message holds. */
const TAIL = 2000;
/** And how much of the command line. */
const LINE = 300;

/**
 * Runs a program to its end and gives its standard output.
 *
 * @throws Error naming the program, how it ended, and the end of what it printed; its cause has the code `ENOENT` when it is not installed
 */
export async function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const settings = {
    cwd: options.directory,
    env: { ...process.env, ...options.environment },
    maxBuffer: 256 * 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${shown(file, args)} failed: ${ending(error, stderr || stdout)}`, { cause: error }));
    });
  });
}

/** Whether `command` failed because there is no such program. */
export function isMissingProgram(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

function shown(file: string, args: readonly string[]): string {
  return [path.basename(file), ...args].join(' ').slice(0, LINE);
}

function ending(error: Error & { code?: unknown; signal?: unknown }, output: string): string {
  const facts = [error.code, error.signal, error.message];
  const how = facts.find((fact) => typeof fact === 'string' || typeof fact === 'number') ?? 'unknown';
  return `${how}\n${output.trim().slice(-TAIL)}`;
}
