import { BuildpacksError } from '../../errors/index.ts';
import { type Digest, digestOf } from '../../reference/index.ts';
import type { BundleSource } from './bundle-source.ts';

/** The small files of a bundle, each as its checksum says. */
export interface VerifiedFiles {
  /** Their sizes in bytes, by path. */
  readonly files: ReadonlyMap<string, number>;
  /**
   * The bytes of a file.
   *
   * @throws BuildpacksError `image` when it has more bytes than `limit`, or others than when it was checked
   */
  read(path: string, limit: number): Promise<Buffer>;
}

/**
 * Looks at each file's digest whenever it is read: whoever has the medium could put another in its place after it was checked.
 *
 * @param sums of a bundle whose files were all compared with them
 */
export function verifiedFiles(source: BundleSource, sums: ReadonlyMap<string, Digest>): VerifiedFiles {
  return {
    files: source.files,
    read: async (path, limit) => {
      const bytes = await readSmall(source, path, limit);
      if (bytes === undefined) throw new BuildpacksError('image', `${path}: it has more than ${limit} bytes`);
      if (digestOf(bytes) === sums.get(path)) return bytes;
      throw new BuildpacksError('image', `${path}: it is another file than when it was checked`);
    },
  };
}

/** A whole file, whatever is in it; undefined when it has more bytes than `limit`. */
export async function readSmall(source: BundleSource, path: string, limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source.open(path)) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
