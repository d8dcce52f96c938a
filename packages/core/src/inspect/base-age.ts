import type { BaseSummary } from './base-finder.ts';

const DAY = 24 * 3_600_000;

/**
 * How many days ago the run image in an app image was made; undefined when nobody knows.
 *
 * @param now milliseconds since the epoch
 */
export function ageInDays({ created }: BaseSummary, now: number): number | undefined {
  const made = Date.parse(created ?? '');
  return Number.isNaN(made) ? undefined : Math.max(0, Math.floor((now - made) / DAY));
}

/** `current`, `outdated by 12 days`, `unknown`. */
export function describeBase({ state, created, latest }: BaseSummary): string {
  const behind = Date.parse(latest?.created ?? '') - Date.parse(created ?? '');
  if (state !== 'outdated' || !(behind >= DAY)) return state;
  const days = Math.floor(behind / DAY);
  return `outdated by ${days} day${days === 1 ? '' : 's'}`;
}
