export type { ContainerEngine } from './container-engine.ts';
export { detectContainerEngine } from './detect.ts';
export { removeLeftovers } from './leftovers.ts';
