import { Readable } from 'node:stream';
import type { BundleSource } from '../../src/airgap/load/bundle-source.ts';

/** A bundle of these files, by path. */
export function bundleInMemory(files: Readonly<Record<string, Uint8Array>>): BundleSource {
  return {
    name: 'bundle',
    files: new Map(Object.entries(files).map(([path, { length }]) => [path, length])),
    damages: [],
    open: (path) => Readable.from([files[path] ?? Buffer.alloc(0)]),
    close: () => Promise.resolve(),
  };
}
