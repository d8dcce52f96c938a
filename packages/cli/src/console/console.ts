import {
  type Clock,
  COLOUR_STYLE,
  createScreenLog,
  createSecretMask,
  errorBlock,
  errorTrace,
  type Log,
  type LogLevel,
  PLAIN_STYLE,
  wantsColours,
} from '@buildpacks-ci/core';
import { createPlainScreen } from './plain-screen.ts';
import type { TextStream } from './stream.ts';
import { createTerminalScreen } from './terminal-screen.ts';

/** All that the program says: what was asked for goes to standard output, everything else to standard error. */
export interface Console {
  readonly log: Log;
  /** Prints a result. */
  readonly print: (text: string) => void;
  /** Prints an error and ends the phase in which it came up. */
  readonly fail: (error: unknown) => void;
}

export interface ConsoleOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string>>;
  readonly level: LogLevel;
}

export function createConsole({ stdout, stderr, clock, environment, level }: ConsoleOptions): Console {
  const mask = createSecretMask();
  const colours = wantsColours(stderr.isTerminal, environment);
  const style = colours ? COLOUR_STYLE : PLAIN_STYLE;
  const draws = stderr.isTerminal && environment['TERM'] !== 'dumb';
  const screen = draws ? createTerminalScreen(stderr, clock, style) : createPlainScreen(stderr, clock);
  const show = (line: string) => {
    screen.line(mask.apply(line));
  };

  return {
    log: createScreenLog({ screen, style, colours, level, mask }),
    print: (text) => {
      stdout.write(mask.apply(text));
    },
    fail: (error) => {
      screen.end('failed');
      errorBlock(error, style).forEach(show);
      if (level === 'debug') errorTrace(error).forEach(show);
    },
  };
}
