import { type Clock, formatDuration, type PhaseEnd, type Progress, type Screen, type Style } from '@buildpacks-ci/core';
import type { TextStream } from './stream.ts';
import { createTransfers } from './transfers.ts';

const REDRAW_MILLISECONDS = 100;
const ERASE_LINE = '\r\x1b[2K';
const DEFAULT_COLUMNS = 80;

interface Phase {
  readonly title: string;
  readonly since: number;
  readonly ticker: NodeJS.Timeout;
}

/** Lines scroll by above one status line, which shows the phase, its time and its transfers and is drawn over and over. */
export function createTerminalScreen(stream: TextStream, clock: Clock, style: Style): Screen {
  const transfers = createTransfers();
  let phase: Phase | undefined;

  function drawStatus(): void {
    if (phase === undefined) return;
    const elapsed = formatDuration(Math.floor((clock.now() - phase.since) / REDRAW_MILLISECONDS) * REDRAW_MILLISECONDS);
    const moving = transfers.describe();
    const status = [`> ${phase.title}`, elapsed, ...(moving === undefined ? [] : [moving])].join('  ');
    stream.write(ERASE_LINE + style.dim(status.slice(0, (stream.columns ?? DEFAULT_COLUMNS) - 1)));
  }

  return {
    line(text) {
      stream.write(`${phase === undefined ? '' : ERASE_LINE}${text}\n`);
      drawStatus();
    },
    begin(title) {
      phase = { title, since: clock.now(), ticker: setInterval(drawStatus, REDRAW_MILLISECONDS).unref() };
      drawStatus();
    },
    end(how: PhaseEnd) {
      if (phase === undefined) return;
      clearInterval(phase.ticker);
      const elapsed = style.dim(formatDuration(clock.now() - phase.since));
      const sign = how === 'done' ? style.green('✓') : style.red('✗');
      stream.write(`${ERASE_LINE}${sign} ${style.bold(phase.title)}  ${elapsed}\n`);
      phase = undefined;
      transfers.clear();
    },
    progress(progress: Progress) {
      transfers.add(progress);
    },
  };
}
