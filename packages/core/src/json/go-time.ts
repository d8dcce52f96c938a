import type { GoType } from './go-type.ts';

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** `time.Time`, written as RFC 3339 with as many digits of a second as it needs, at most nine. */
export const GO_TIME: GoType<string> = {
  zero: '0001-01-01T00:00:00Z',
  read: (json) => {
    if (json === null || json === undefined) return GO_TIME.zero;
    const [, moment, fraction = '', zone] = RFC_3339.exec(typeof json === 'string' ? json : '') ?? [];
    if (moment === undefined || zone === undefined || !isDay(moment)) {
      throw new TypeError(`${JSON.stringify(json).slice(0, 80)} is no time`);
    }
    const digits = fraction.slice(0, 9).replace(/0+$/, '');
    return `${moment}${digits === '' ? '' : `.${digits}`}${/^[+-]00:00$/.test(zone) ? 'Z' : zone}`;
  },
  write: (value) => `"${value}"`,
  isEmpty: () => false,
};

/** JavaScript takes the 30th of February for a day in March. */
function isDay(moment: string): boolean {
  const date = new Date(`${moment}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(moment);
}
