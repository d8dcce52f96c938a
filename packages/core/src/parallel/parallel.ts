import { InputError } from '../errors/index.ts';

/**
 * Does the work for each item, at most `limit` at once, and gives the outcomes in the items' order. After a failure no more work is begun;
 * what is under way ends before the failure is told, so that nothing goes on behind it.
 *
 * @throws what failed first
 */
export async function mapInParallel<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const outcomes: R[] = [];
  const waiting = [...items].entries();
  let failed = false;
  const worker = async () => {
    for (const [index, item] of waiting) {
      if (failed) return;
      try {
        outcomes[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await allOrFirstFailure(Array.from({ length: limit }, worker));
  return outcomes;
}

/**
 * Waits until all works have ended, so that nothing goes on behind an error.
 *
 * @throws what failed first
 */
export async function allOrFirstFailure(works: readonly Promise<unknown>[]): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const watched = works.map((work) =>
    work.catch((error: unknown) => {
      failure ??= { error };
    }),
  );
  await Promise.all(watched);
  if (failure !== undefined) throw failure.error;
}

/**
 * Waits until all works have ended and gives their outcomes.
 *
 * @throws InputError with everything that is wrong with the inputs; else the failure of the earliest in the list, so that several
 *   faults are told the same way each time
 */
export async function allInOrder<T extends readonly unknown[] | []>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled(works);
  const reasons = outcomes.map((outcome): unknown => (outcome.status === 'rejected' ? outcome.reason : undefined));
  const errors = reasons.filter((reason) => reason instanceof InputError);
  const [only, second] = errors;
  if (only !== undefined)
    throw second === undefined ? only : new InputError(errors.flatMap(({ problems }) => problems));
  return Promise.all(works);
}
