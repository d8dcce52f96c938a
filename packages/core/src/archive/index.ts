export { type Compression, compressed, compressionOf, decompressed } from './compression.ts';
export {
  directoryItem,
  type EntryFacts,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarEntry,
  type TarEntryType,
  type TarItem,
} from './tar-entry.ts';
export { type EntrySink, extractTar, type ExtractOptions, pour } from './extract.ts';
export { readTar, type TarMember } from './tar-reader.ts';
export { type TarDialect, writeTar } from './tar-writer.ts';
export { treeItems, type TreeOptions } from './tree-items.ts';
export { DEFAULT_LIMITS, type TreeLimits } from './tree-writer.ts';
export { unpackImage, type UnpackOptions } from './unpack-image.ts';
export { isZip } from './zip-signature.ts';
export { unpackZip, type UnzipOptions } from './zip.ts';
