/** What JSON leaves as it is and a terminal or a reader would act upon: delete and C1 controls, line separators, direction marks. */
const TREACHEROUS = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Data as JSON whose bytes depend on the data alone, not on the order in which objects were put together:
 * the outermost keys as in `order`, all others by name. Two spaces of indentation, a line end at the end.
 */
export function stableJson(value: object, order: readonly string[] = []): string {
  const rank = new Map(order.map((key, index) => [key, index]));
  const entries = Object.entries(value)
    .map(([key, item]): [string, unknown] => [key, sortKeys(item)])
    .sort(([a], [b]) => (rank.get(a) ?? order.length) - (rank.get(b) ?? order.length) || compare(a, b));
  const text = JSON.stringify(Object.fromEntries(entries), undefined, 2);
  return `${text.replaceAll(TREACHEROUS, escapeCharacter)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, sortKeys(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)));
}

/** By code units: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
