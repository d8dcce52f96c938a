/** The letters of a date format, as docker/metadata-action has them from Moment, and what each stands for. */
const LETTERS: Readonly<Record<string, (parts: DateParts) => string>> = {
  YYYY: ({ year }) => year,
  YY: ({ year }) => year.slice(-2),
  MM: ({ month }) => month,
  DD: ({ day }) => day,
  HH: ({ hour }) => hour,
  hh: ({ hour }) => String(Number(hour) % 12 || 12).padStart(2, '0'),
  mm: ({ minute }) => minute,
  ss: ({ second }) => second,
  X: ({ seconds }) => seconds,
};

interface DateParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  /** Since 1970. */
  readonly seconds: string;
}

/**
 * A time by a format such as `YYYYMMDD-HHmmss`; text in square brackets stands for itself.
 *
 * @param time milliseconds since 1970
 * @param zone a name of the time zone database, or `UTC`
 * @throws RangeError naming what is not known: a letter of the format, or the zone
 */
export function formatDate(time: number, format: string, zone: string): string {
  const parts = datePartsIn(time, zone);
  return format.replace(/\[([^\]]*)\]|([A-Za-z])\2*/g, (run: string, literal: string | undefined) => {
    if (literal !== undefined) return literal;
    const render = Object.hasOwn(LETTERS, run) ? LETTERS[run] : undefined;
    if (render !== undefined) return render(parts);
    throw new RangeError(`"${run}" is not known in a date; use ${Object.keys(LETTERS).join(', ')} or [text]`);
  });
}

function datePartsIn(time: number, zone: string): DateParts {
  const two = '2-digit';
  const options = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', { ...options, hourCycle: 'h23', timeZone: zone });
  } catch {
    throw new RangeError(`"${zone}" is not a time zone; write one as Europe/Berlin`);
  }
  const found = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const part = (type: keyof typeof options) => found.get(type) ?? '';
  return {
    year: part('year').padStart(4, '0'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
    seconds: String(Math.floor(time / 1000)),
  };
}
