import type { Problems } from '../errors/problems.ts';

const DEFAULT = 8;
const MAX = 64;

/** How many images are worked on at once, `parallel`; what is no such number is noted. */
export function parseParallel(text: string | undefined, problems: Problems): number {
  if (text === undefined) return DEFAULT;
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= MAX) return value;
  problems.report('parallel', `"${text}" is not a number from 1 to ${MAX}`);
  return DEFAULT;
}
