export { rootfsAvailable, type RootfsAvailability } from './ladder.ts';
export { isBuildersProgram } from './over-root/builder-programs.ts';
export { rootfsEngine } from './rootfs-engine.ts';
