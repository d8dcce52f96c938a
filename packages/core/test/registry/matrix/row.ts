import { expect, it } from 'vitest';
import { BuildpacksError, type ErrorCode } from '../../../src/errors/index.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

/** One line of the matrix: what goes wrong, what is done, what must come of it, and what the servers must have seen. */
export interface Row extends WorldOptions {
  readonly name: string;
  readonly act: (world: World) => Promise<unknown>;
  /** What the call resolves with, in what the action makes of it. */
  readonly gives?: unknown;
  readonly fails?: Failure;
  /** Every request, in order (`describeRequest`). */
  readonly requests: readonly string[];
  /** Milliseconds waited before another try. */
  readonly waits?: readonly number[];
  /** Upload sessions that are left to the registry's own cleaning. */
  readonly abandoned?: number;
}

export interface Failure {
  readonly code: ErrorCode;
  /** Each must be in the message or in the hint. */
  readonly says: readonly string[];
}

/** Makes a test of each row. In none may the other host see a credential, or a message show one. */
export function testRows(rows: readonly Row[]): void {
  for (const row of rows) {
    it(row.name, () => testRow(row));
  }
}

async function testRow(row: Row): Promise<void> {
  const world = await makeWorld(row);
  const { value, error } = await outcomeOf(row.act(world));
  expect(error === undefined ? { value } : { code: error.code, requests: world.requests, text: text(error) }).toEqual(
    row.fails === undefined
      ? { value: row.gives }
      : { code: row.fails.code, requests: world.requests, text: containing(text(error ?? {}), row.fails.says) },
  );
  expect(world.requests).toEqual(row.requests);
  expect(world.clock.slept).toEqual(row.waits ?? []);
  expect(world.store.uploads.size).toBe(row.abandoned ?? 0);
  expect(world.elsewhere.exchanges.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  expect([text(error ?? {}), ...world.logged].join('\n')).not.toContain('s3cret');
}

async function outcomeOf(
  call: Promise<unknown>,
): Promise<{ readonly value?: unknown; readonly error?: BuildpacksError }> {
  try {
    return { value: await call };
  } catch (error) {
    if (error instanceof BuildpacksError) return { error };
    throw error;
  }
}

function text(error: { readonly message?: string; readonly hint?: string | undefined }): string {
  return [error.message, error.hint].filter(Boolean).join('\n');
}

/** The text itself when all fragments are in it; else the fragments that are not, so that the failing test shows both. */
function containing(whole: string, fragments: readonly string[]): unknown {
  const missing = fragments.filter((fragment) => !whole.includes(fragment));
  return missing.length === 0 ? whole : { missing };
}
