/**
 * Cuts a line at its commas. A field that is wrapped in double quotes may hold commas, and quotes that are doubled (RFC 4180);
 * blanks around a field mean nothing.
 *
 * @returns undefined when a quote has no end, or something stands beside the quotes
 */
export function splitFields(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const found = FIELD.exec(line.slice(at));
    if (found === null) return undefined;
    const [whole, quoted, plain = ''] = found;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    at += whole.length + 1;
  }
  return fields;
}

/** One field, up to the comma after it. */
const FIELD = /^\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|((?!\s*")[^,]*))/;
