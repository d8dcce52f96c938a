/** What this writer can write; keys whose value is undefined are left out. */
export type TomlValue = string | boolean | number | readonly TomlValue[] | TomlTable;

export interface TomlTable {
  readonly [key: string]: TomlValue | undefined;
}

/**
 * Writes a TOML 1.0 document: scalars and arrays of scalars as `key = value`, tables and arrays of tables under headers.
 *
 * @param table its numbers must be safe integers, its arrays hold either tables only or none
 */
export function renderToml(table: TomlTable): string {
  const blocks = renderTable(table, []).filter((block) => block !== '');
  return blocks.join('\n');
}

function renderTable(table: TomlTable, path: readonly string[]): readonly string[] {
  const entries = Object.entries(table).filter((entry): entry is [string, TomlValue] => entry[1] !== undefined);
  const plain = entries.filter(([, value]) => !isNested(value));
  const own = plain.map(([key, value]) => `${renderKey(key)} = ${renderValue(value)}\n`).join('');
  const nested = entries
    .filter(([, value]) => isNested(value))
    .flatMap(([key, value]) => renderNested(value, [...path, key]));
  return [own, ...nested];
}

function renderNested(value: TomlValue, path: readonly string[]): readonly string[] {
  const name = path.map(renderKey).join('.');
  if (!isArray(value)) return withHeader(`[${name}]`, renderTable(value as TomlTable, path));
  return value.flatMap((item) => withHeader(`[[${name}]]`, renderTable(item as TomlTable, path)));
}

function withHeader(header: string, [own = '', ...nested]: readonly string[]): readonly string[] {
  return [`${header}\n${own}`, ...nested];
}

function isNested(value: TomlValue): boolean {
  return isArray(value) ? value.some(isTable) : isTable(value);
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !isArray(value);
}

function isArray(value: TomlValue): value is readonly TomlValue[] {
  return Array.isArray(value);
}

function renderKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : renderText(key);
}

function renderValue(value: TomlValue): string {
  if (isArray(value)) return `[${value.map(renderValue).join(', ')}]`;
  return typeof value === 'string' ? renderText(value) : JSON.stringify(value);
}

/** A basic string: quotes, backslashes and control characters escaped; lone surrogates, which TOML can't hold, replaced. */
function renderText(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(/["\\]/g, '\\$&')
    .replace(/[\u0000-\u001f\u007f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}
