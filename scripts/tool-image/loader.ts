import { type Architecture, FACTS } from './architecture.ts';

/**
 * The C library's loader that knows no place but those that programs name themselves. A builder that was unpacked over `/` has libraries of
 * another version, a cache that lists them, and may have a list of what to load into every program: none of it may get into ours. The
 * places are replaced by some of the same length below `/sys`, where nobody can put a file.
 *
 * @throws Error when a place is not in it: then its version is another one than we know
 */
export function sealedLoader(loader: Buffer, architecture: Architecture): Buffer {
  const { triplet } = FACTS[architecture];
  const folders = [`/lib/${triplet}/`, `/usr/lib/${triplet}/`, '/lib/', '/usr/lib/'];
  const sealed = Buffer.from(loader);
  replaceAll(sealed, `${folders.join('\0')}\0`, `${folders.map(nowhere).join('\0')}\0`);
  for (const file of ['ld.so.cache', 'ld.so.preload']) replaceAll(sealed, `/etc/${file}\0`, `/sys/${file}\0`);
  return sealed;
}

/** A folder whose name is as long. */
function nowhere(folder: string): string {
  const start = '/sys/';
  return folder.length === start.length ? start : `${start.padEnd(folder.length - 1, '-')}/`;
}

function replaceAll(bytes: Buffer, old: string, replacement: string): void {
  let at = bytes.indexOf(old, 0, 'latin1');
  if (at === -1) throw new Error(`the loader does not hold ${JSON.stringify(old)}`);
  for (; at !== -1; at = bytes.indexOf(old, at + 1, 'latin1')) bytes.write(replacement, at, 'latin1');
}
