export { rootfsAvailable, type RootfsAvailability } from './ladder.ts';
export { rootfsEngine } from './rootfs-engine.ts';
