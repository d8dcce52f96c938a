/** The bench's images: made by our own code, pushed by crane. */
export { buildpackDirectory } from './buildpack.ts';
export { makeBuilder } from './builder.ts';
export type { BuilderOptions, BuildpackReference } from './builder-options.ts';
export type { BenchImage, ImageTypes } from './image.ts';
export { crane, type PushAccess, pushLayout } from './push.ts';
export { makeRunImage, type RunImageOptions } from './run-image.ts';
