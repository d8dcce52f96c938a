/**
 * What Go takes for the same field (`encoding/json`, case folding of field names): beside A to Z, U+017F is `s` and U+212A is `k`. All
 * other letters are themselves, though in other places `ß` is `SS` and `ı` is `I`.
 */
export function foldField(name: string): string {
  return name.replaceAll(/[A-Z\u017f\u212a]/g, (letter) => letter.toUpperCase().toLowerCase());
}
