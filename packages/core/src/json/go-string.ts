const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
};

/**
 * A JSON string, quotes included, as Go's `encoding/json` writes it: like `JSON.stringify`, and `<`, `>`, `&`, U+2028 and U+2029
 * escaped. Text that Go would write otherwise changes an image's digest.
 */
export function encodeGoString(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(
      /["\\<>&\u0000-\u001f\u2028\u2029]/gu,
      (character) => SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `"${escaped}"`;
}
