import { formatPlace } from '../errors/index.ts';
import type { Log } from '../ports/index.ts';
import { LOG_LEVELS, type LogLevel } from './log-level.ts';
import type { Screen } from './screen.ts';
import type { SecretMask } from './secret-mask.ts';
import type { Style } from './style.ts';
import { harmlessLine, plainText } from './terminal-text.ts';

export interface ScreenLogOptions {
  readonly screen: Screen;
  readonly style: Style;
  /** Whether colours of foreign output are kept. */
  readonly colours: boolean;
  readonly level: LogLevel;
  readonly mask: SecretMask;
}

/** The log on a screen: lines are made harmless and masked, and those below the level left out. Output of the lifecycle is indented. */
export function createScreenLog({ screen, style, colours, level, mask }: ScreenLogOptions): Log {
  const shows = (of: LogLevel) => LOG_LEVELS.indexOf(of) >= LOG_LEVELS.indexOf(level);

  function say(of: LogLevel, message: string, paint: (text: string) => string = (text) => text): void {
    if (!shows(of)) return;
    for (const line of message.split('\n')) screen.line(paint(mask.apply(harmlessLine(line, 'strip'))));
  }

  return {
    debug: (message) => {
      say('debug', message, style.dim);
    },
    info: (message) => {
      say('info', message);
    },
    warn: (message, place) => {
      say('warn', `warning: ${formatPlace(place)}${message}`, style.yellow);
    },
    output: (line) => {
      screen.line(`    ${mask.apply(harmlessLine(line, colours ? 'keep' : 'strip'))}`);
    },
    phase: (title) => {
      screen.end('done');
      if (shows('info')) screen.begin(mask.apply(plainText(title)));
    },
    endPhase: () => {
      screen.end('done');
    },
    progress: (progress) => {
      if (shows('info')) screen.progress({ ...progress, label: mask.apply(plainText(progress.label)) });
    },
    mask: (secret) => {
      mask.add(secret);
    },
    masked: (text) => mask.apply(text),
  };
}
