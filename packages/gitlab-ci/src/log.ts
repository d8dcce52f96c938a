import {
  type Clock,
  COLOUR_STYLE,
  createQuietProgress,
  createScreenLog,
  createSecretMask,
  errorBlock,
  errorTrace,
  type Log,
  type LogLevel,
  PLAIN_STYLE,
  type Screen,
  wantsColours,
} from '@buildpacks-ci/core';
import { makeSection, type Section, sectionEnd, sectionStart, withoutMarkers } from './sections.ts';

export interface JobLogOptions {
  /** Prints text to the job's log. */
  readonly print: (text: string) => void;
  readonly clock: Clock;
  /** Whether colours are wanted (`NO_COLOR`). */
  readonly environment: Readonly<Record<string, string>>;
  readonly level: LogLevel;
}

/** Core's log, and how a job ends. */
export interface JobLog extends Log {
  /** Tells what went wrong, below the section in which it came up. */
  fail(error: unknown): void;
}

/**
 * Core's log in a job's log: a section for each phase, and colours, which GitLab shows. Nobody masks for us, so that secrets are masked
 * here; and nothing that is printed can begin or end a section but what we mean to.
 */
export function createJobLog({ print, clock, environment, level }: JobLogOptions): JobLog {
  const mask = createSecretMask();
  const colours = wantsColours(true, { ...environment, TERM: '' });
  const style = colours ? COLOUR_STYLE : PLAIN_STYLE;
  const screen = createSectionScreen(print, clock);
  return {
    ...createScreenLog({ screen, style, colours, level, mask }),
    fail: (error) => {
      screen.end('failed');
      const lines = [...errorBlock(error, style), ...(level === 'debug' ? errorTrace(error) : [])];
      for (const line of lines) screen.line(mask.apply(line));
    },
  };
}

function createSectionScreen(print: (text: string) => void, clock: Clock): Screen {
  const progress = createQuietProgress(clock);
  const seconds = () => Math.floor(clock.now() / 1000);
  let sections = 0;
  let open: Section | undefined;

  const line = (text: string) => {
    progress.spoke();
    print(`${withoutMarkers(text)}\n`);
  };
  return {
    line,
    begin: (title) => {
      progress.forget();
      open = makeSection(withoutMarkers(title), ++sections);
      print(sectionStart(open, seconds()));
    },
    end: () => {
      if (open !== undefined) print(sectionEnd(open, seconds()));
      open = undefined;
    },
    progress: (transfer) => {
      const word = progress.line(transfer);
      if (word !== undefined) line(word);
    },
  };
}
