import type { Clock } from '@buildpacks-ci/core';
import type { TextStream } from '../src/console/stream.ts';

/** A stream that keeps what was written. */
export function recorder(terminal?: { readonly columns: number }): TextStream & { text(): string } {
  const written: string[] = [];
  return {
    write: (text) => {
      written.push(text);
    },
    isTerminal: terminal !== undefined,
    columns: terminal?.columns,
    text: () => written.join(''),
  };
}

/** A clock that stands until it is moved. */
export function standingClock(): Clock & { pass(milliseconds: number): void } {
  let now = 0;
  return {
    now: () => now,
    sleep: () => Promise.resolve(),
    pass: (milliseconds) => {
      now += milliseconds;
    },
  };
}
