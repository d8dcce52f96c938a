import type { Answer } from './wire.ts';

/** Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, however many, or an HTTP date, as milliseconds from `now`. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * What a registry tells of its limits and of when to come back, as parts of a sentence. Docker Hub's headers count requests in
 * a window of seconds: `ratelimit-limit: 100;w=21600`.
 *
 * @param retryAfter milliseconds
 */
export function describeLimit(answer: Answer, retryAfter: number | undefined): readonly string[] {
  const left = countOf(answer.header('ratelimit-remaining'));
  const limit = countOf(answer.header('ratelimit-limit'));
  const window = /;w=(\d{1,9})$/.exec(answer.header('ratelimit-limit') ?? '')?.[1];
  const per = window === undefined ? '' : ` per ${formatDuration(Number(window))}`;
  const counted = answer.status === 429 && left !== undefined && limit !== undefined;
  return [
    ...(counted ? [`${left} of ${limit} requests${per} left`] : []),
    ...(retryAfter === undefined ? [] : [`to be tried again in ${formatDuration(Math.ceil(retryAfter / 1000))}`]),
  ];
}

function countOf(header: string | undefined): string | undefined {
  return /^\d{1,9}(?=;|$)/.exec(header ?? '')?.[0];
}

/** `45 s`, `6 h`: in the unit that fits. */
function formatDuration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 8_640_000 ? `${Math.round(seconds / 3600)} h` : 'more than 100 days';
}
