import { BuildpacksError } from '../../errors/index.ts';
import type { Ports } from '../../ports/index.ts';

/**
 * Does work that must end in time. What does not listen to the signal is left to itself.
 *
 * @param milliseconds for all of it
 * @throws BuildpacksError `temporary` when it is not done by then; what the work throws; the ports' own signal's reason
 */
export async function withDeadline<T>(
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = new AbortController();
  const alarm = clock.sleep(milliseconds, done.signal).then(
    () => {
      late.abort(tooLate(milliseconds));
    },
    () => undefined,
  );
  const ended = AbortSignal.any([signal, late.signal]);
  const cut = new Promise<never>((_, reject) => {
    ended.addEventListener('abort', () => {
      reject(ended.reason as Error);
    });
  });
  try {
    return await Promise.race([cut, work(ended)]);
  } finally {
    done.abort();
    await alarm;
  }
}

function tooLate(milliseconds: number): BuildpacksError {
  return new BuildpacksError('temporary', `there was no answer in ${milliseconds / 1000} seconds`, {
    hint: 'Check the network, firewall and proxy settings: something on the way takes what is sent and does not answer.',
  });
}
