export { addBlob } from './blob-store.ts';
export type { Layout } from './layout.ts';
export { layoutImage } from './layout-image.ts';
export { layoutPath } from './layout-path.ts';
export { openLayout } from './open-layout.ts';
export { type LayerOptions, writeLayer, type WrittenLayer } from './write-layer.ts';
export { type LayoutOptions, writeIndex, writeLayout } from './write-layout.ts';
export { openLayoutArchive } from './open-layout-archive.ts';
export { packLayout } from './pack-layout.ts';
