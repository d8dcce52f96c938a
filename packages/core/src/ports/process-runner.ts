import type { Readable } from 'node:stream';

/** One process to run. Nothing goes through a shell: `args` arrive in the process as they are. */
export interface Command {
  /** A program's absolute path, or a name that is looked up on the port's PATH. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the process; absent: the port's own. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Written to standard input, which is then closed; absent: empty. */
  readonly input?: Readable | Uint8Array;
  /** Ends the process: SIGTERM after `stopAfter` milliseconds (default 0), then SIGKILL after another `killAfter` (default 10 000). */
  readonly signal?: AbortSignal;
  readonly stopAfter?: number;
  readonly killAfter?: number;
  /** Called with each line of standard output and standard error, without its end. Absent: collected only. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Receives standard output as bytes instead of lines; `stdout` of the outcome is then empty. */
  readonly onStdout?: (stdout: Readable) => Promise<void>;
}

export interface Outcome {
  /** The exit status, or null when a signal ended the process. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** At most the last MiB of each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs processes. Resolves whatever the exit status; rejects only when the process can't be started (`ENOENT`, `EACCES`) or a callback fails. */
export interface ProcessRunner {
  run(command: Command): Promise<Outcome>;
}
