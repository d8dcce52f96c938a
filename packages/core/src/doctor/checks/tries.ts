import { optional } from '../../json/json.ts';
import type { Check } from '../report.ts';
import type { Outcome } from './trial.ts';

export interface TriedPath {
  readonly check: Check;
  /** The registries that it leads to. */
  readonly registries: ReadonlySet<string>;
  readonly origin?: string;
}

interface Tried<Found> {
  readonly registries: Set<string>;
  readonly outcome: Promise<Outcome<Found>>;
}

/** Paths of one kind by name, each tried once. */
export class Tries<Found extends URL | undefined> {
  readonly #tries = new Map<string, Tried<Found>>();

  /** @param registries those that need the path */
  once(name: string, registries: readonly string[], attempt: () => Promise<Outcome<Found>>): Promise<Outcome<Found>> {
    const tried = this.#tries.get(name) ?? { registries: new Set<string>(), outcome: attempt() };
    for (const registry of registries) tried.registries.add(registry);
    this.#tries.set(name, tried);
    return tried.outcome;
  }

  /** In the order in which they were asked for. */
  async all(): Promise<readonly TriedPath[]> {
    return Promise.all(
      [...this.#tries.values()].map(async ({ registries, outcome }) => {
        const { check, found } = await outcome;
        return { check, registries, ...optional('origin', found?.origin) };
      }),
    );
  }
}
