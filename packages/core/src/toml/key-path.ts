/** Where a value is in a TOML document: keys, and indexes of arrays. */
export type KeyPath = readonly (string | number)[];

/** `io.buildpacks.group[0].id`; a key that is not bare is quoted. */
export function formatKeyPath(path: KeyPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const key = /^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part);
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}
