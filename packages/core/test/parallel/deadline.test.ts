import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BuildpacksError } from '../../src/errors/index.ts';
import { type Deadline, untilDeadline, withDeadline } from '../../src/parallel/deadline.ts';
import { StoppedClock } from '../cache/support/clock.ts';

const HANGING = new Promise<never>(() => undefined);

/** Ends when its signal says so, and with what that says. */
function heedful(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function setup() {
  const run = new AbortController();
  const timer = Promise.withResolvers<undefined>();
  const stopped = new StoppedClock();
  const clock = {
    now: () => 0,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      Promise.race([timer.promise, stopped.sleep(milliseconds, signal)]),
  };
  const late = () => new BuildpacksError('temporary', 'time is up');
  const deadline: Deadline = { milliseconds: 1000, late, clock, signal: run.signal };
  return {
    run,
    deadline,
    passTime: () => {
      timer.resolve(undefined);
    },
  };
}

describe.each([
  ['untilDeadline', untilDeadline],
  ['withDeadline', withDeadline],
])('%s', (_, wait) => {
  it('gives what the work gives', async () => {
    expect(await wait(setup().deadline, () => Promise.resolve(1))).toBe(1);
  });

  it('throws what the work throws', async () => {
    await expect(wait(setup().deadline, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('ends work that heeds its signal when time is up', async () => {
    const { deadline, passTime } = setup();
    passTime();
    await expect(wait(deadline, heedful)).rejects.toThrow('time is up');
  });

  it('ends it with the run', async () => {
    const { deadline, run } = setup();
    const waiting = wait(deadline, heedful);
    run.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});

it('withDeadline leaves work that does not heed its signal', async () => {
  const { deadline, passTime } = setup();
  passTime();
  await expect(withDeadline(deadline, () => HANGING)).rejects.toThrow('time is up');
});

it('untilDeadline waits for it', async () => {
  const { deadline, passTime } = setup();
  passTime();
  const outcomes = Promise.race([untilDeadline(deadline, () => HANGING), delay(20, 'still waiting')]);
  expect(await outcomes).toBe('still waiting');
});
