/** A bundle as it came: nothing in it is trusted before `checkBundle` has looked at all of it. */
export interface BundleSource {
  /** For messages: the path as the user wrote it. */
  readonly name: string;
  /** Its files by path, with their sizes in bytes. */
  readonly files: ReadonlyMap<string, number>;
  /** What is wrong with what the files are in: a part, a header. Files behind it may be missing in `files`. */
  readonly damages: readonly string[];
  /** The bytes of one of its files. */
  open(path: string): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
