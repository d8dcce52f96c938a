import type { Digest } from '../../reference/index.ts';
import type { PlannedFile } from './plan.ts';

/** Where a bundle is written to. What an earlier run left there is kept as far as it is right. */
export interface BundleOutput {
  /** Whether the file is there already, byte for byte. */
  has(file: PlannedFile): Promise<boolean>;
  /** @param content exactly the file's bytes, verified by whoever gives them */
  write(file: PlannedFile, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Makes it a bundle; before, nobody takes it for one. */
  finish(): Promise<readonly WrittenFile[]>;
  close(): Promise<void>;
}

/** A file that is to be carried; a directory counts as one. */
export interface WrittenFile {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Of parts. */
  readonly digest?: Digest;
}
