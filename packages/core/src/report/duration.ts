const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds for people: `12 ms`, `4.2 s`, `1 min 05 s`, `1 h 02 min`. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  if (whole < SECOND) return `${whole} ms`;
  const tenths = (whole / SECOND).toFixed(1);
  if (Number(tenths) < 60) return `${tenths} s`;

  const seconds = Math.round(whole / SECOND) * SECOND;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ${twoDigits((seconds % MINUTE) / SECOND)} s`;
  const minutes = Math.round(whole / MINUTE) * MINUTE;
  return `${Math.floor(minutes / HOUR)} h ${twoDigits((minutes % HOUR) / MINUTE)} min`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
