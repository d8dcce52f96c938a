import type { Place } from '../errors/index.ts';

/** Bytes moved so far for one transfer, for progress bars. */
export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number | undefined;
}

/** Where everything that people read goes. An implementation masks secrets and neutralises what its CI would take for a command. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  /** Something unexpected that does not fail the run. */
  warn(message: string, place?: Place): void;
  /** A line printed by foreign code (the lifecycle, a buildpack): hostile input. */
  output(line: string): void;
  /** Begins a phase; everything until the next phase or `endPhase` belongs to it. */
  phase(title: string): void;
  endPhase(): void;
  progress(progress: Progress): void;
  /** From now on `secret` is never printed by this log, however it is encoded (see `SecretMask.add`). */
  mask(secret: string): void;
  /** The text without the secrets, for what is not printed but kept: files, results. */
  masked(text: string): string;
}

/** A log that prints nothing. */
export const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  output: () => undefined,
  phase: () => undefined,
  endPhase: () => undefined,
  progress: () => undefined,
  mask: () => undefined,
  masked: (text) => text,
};
