import { randomBytes } from 'node:crypto';
import type { Toolkit } from './toolkit.ts';

/**
 * The runner looks for commands in all that a step prints: `::name::` at the beginning of a line, blanks before it or not, and
 * `##[name]` anywhere in it (actions/runner, `ActionCommand.cs`). A blank in their midst makes text of both.
 */
export function withoutCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/u, '$1: ').replaceAll('##[', '## [');
}

/** Says to the runner when what is printed is foreign, so that it looks for no commands at all. */
export interface CommandGate {
  /** What follows is text. */
  close(): void;
  /** What follows may be commands. */
  open(): void;
}

/** Each token is 256 random bits, used once, and known to nobody but the runner, which masks it. */
export function createCommandGate({ info }: Pick<Toolkit, 'info'>): CommandGate {
  let token: string | undefined;
  return {
    close: () => {
      if (token !== undefined) return;
      token = randomBytes(32).toString('hex');
      info(`::stop-commands::${token}`);
    },
    open: () => {
      if (token !== undefined) info(`::${token}::`);
      token = undefined;
    },
  };
}
