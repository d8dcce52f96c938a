export { renderChanges } from './lock/compare-locks.ts';
export { LOCK_FILE } from './lock/lock.ts';
export { lockImages, type LockOutcome, type LockRequest } from './lock/lock-images.ts';
export { lockJson } from './lock/lock-json.ts';
export { TOOL_IMAGE } from './lock/tool-image.ts';
