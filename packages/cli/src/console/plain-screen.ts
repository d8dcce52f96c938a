import { type Clock, createQuietProgress, formatDuration, type PhaseEnd, type Screen } from '@buildpacks-ci/core';
import type { TextStream } from './stream.ts';

interface Phase {
  readonly title: string;
  readonly since: number;
}

/** Plain lines for logs and pipes: nothing is ever drawn over. */
export function createPlainScreen(stream: TextStream, clock: Clock): Screen {
  const progress = createQuietProgress(clock);
  let phase: Phase | undefined;

  function line(text: string): void {
    progress.spoke();
    stream.write(`${text}\n`);
  }

  return {
    line,
    begin(title) {
      phase = { title, since: clock.now() };
      progress.forget();
      line(`== ${title}`);
    },
    end(how: PhaseEnd) {
      if (phase === undefined) return;
      line(`== ${phase.title}: ${how} after ${formatDuration(clock.now() - phase.since)}`);
      phase = undefined;
    },
    progress(transfer) {
      const word = progress.line(transfer);
      if (word !== undefined) line(word);
    },
  };
}
