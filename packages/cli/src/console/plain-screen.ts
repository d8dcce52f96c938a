import { type Clock, formatDuration, formatSize, type Progress } from '@buildpacks-ci/core';
import type { PhaseEnd, Screen } from './screen.ts';
import type { TextStream } from './stream.ts';

/** A CI's log shows no bar: a word about a long transfer now and then proves that it still moves. */
const QUIET_MILLISECONDS = 10_000;

interface Phase {
  readonly title: string;
  readonly since: number;
}

/** Plain lines for logs and pipes: nothing is ever drawn over. */
export function createPlainScreen(stream: TextStream, clock: Clock): Screen {
  let phase: Phase | undefined;
  let spoke = clock.now();

  function line(text: string): void {
    spoke = clock.now();
    stream.write(`${text}\n`);
  }

  return {
    line,
    begin(title) {
      phase = { title, since: clock.now() };
      line(`== ${title}`);
    },
    end(how: PhaseEnd) {
      if (phase === undefined) return;
      line(`== ${phase.title}: ${how} after ${formatDuration(clock.now() - phase.since)}`);
      phase = undefined;
    },
    progress({ label, done, total }: Progress) {
      if (clock.now() - spoke < QUIET_MILLISECONDS) return;
      line(`${label}: ${formatSize(done)}${total === undefined ? '' : ` of ${formatSize(total)}`}`);
    },
  };
}
