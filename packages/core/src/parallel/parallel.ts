import { InputError } from '../errors/index.ts';
import { Problems } from '../errors/problems.ts';

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
 * @throws InputError with everything that is wrong with the inputs, each thing once; else the failure of the earliest in the list, so that several
 *   faults are told the same way each time
 */
export async function allInOrder<T extends readonly unknown[]>(
  works: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const pending: readonly Promise<unknown>[] = works;
  throwProblems(await Promise.allSettled(pending));
  const outcomes: readonly unknown[] = await Promise.all(pending);
  return outcomes as T;
}

function throwProblems(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }): unknown => reason);
  const [first, ...others] = failures.filter((failure) => failure instanceof InputError);
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const problems = new Problems();
  for (const problem of [first, ...others].flatMap((error) => error.problems)) problems.add(problem);
  problems.throwIfAny();
}
