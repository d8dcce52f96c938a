export { addBlob } from './blob-store.ts';
export { layoutPath } from './layout-path.ts';
export { type LayerOptions, writeLayer, type WrittenLayer } from './write-layer.ts';
export { type LayoutOptions, writeIndex, writeLayout } from './write-layout.ts';
