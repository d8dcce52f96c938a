export { type ContainerEngine, detectContainerEngine, removeLeftovers } from './container/index.ts';
export type { EnginePorts } from './ports.ts';
export { isBuildersProgram, rootfsAvailable, type RootfsAvailability } from './rootfs/index.ts';
export { selectEngine, type WantedEngine } from './select.ts';
export type { BuilderImage, Engine, EngineRun, RelayPlace, Volume } from './types.ts';
