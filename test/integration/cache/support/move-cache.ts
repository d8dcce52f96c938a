import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createDirectoryStore,
  type ParentCache,
  parentOf,
  restoreCache,
  saveCache,
} from '../../../../packages/core/src/cache/index.ts';
import { recordingPorts } from '../../../../packages/core/test/cache/support/doubles.ts';
import { BUILDER, IDENTITY } from '../../../../packages/core/test/cache/support/sample-index.ts';

/**
 * A process that saves `<root>/built` to a store (`<root>/store` unless another one is named), or restores it to `<root>/restored`, or does
 * both as a build does (`update`), and prints what that took.
 */
const [, , what, root = '', place = path.join(root, 'store')] = process.argv;
const ports = recordingPorts();
const store = createDirectoryStore(place, ports);

interface Moved {
  readonly kind: string;
  readonly layers: number;
}

async function save(parent?: ParentCache): Promise<Moved> {
  const facts = { identity: IDENTITY, builder: BUILDER, createdBy: 'test', temporary: root };
  const request = { store, cache: path.join(root, 'built'), ...facts, maxBytes: 2e9, lifetime: 604_800 };
  const { kind, layers } = await saveCache({ ...request, ...(parent !== undefined && { parent }) }, ports);
  return { kind, layers: layers.length };
}

async function restore(): Promise<Moved & { readonly parent: ParentCache | undefined }> {
  const cache = path.join(root, 'restored');
  await mkdir(cache, { recursive: true });
  const outcome = await restoreCache({ store, candidates: [{ identity: IDENTITY }], cache }, ports);
  const { kind } = outcome;
  return { kind, layers: kind === 'miss' ? 0 : outcome.restored.length, parent: parentOf(outcome) };
}

async function move(): Promise<Moved> {
  if (what === 'save') return save();
  const { parent, ...restored } = await restore();
  return what === 'update' ? save(parent) : restored;
}

const moved = await move();
// The most that was resident, in KiB; `resourceUsage` would count what the process was forked from.
const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile('/proc/self/status', 'utf8')) ?? [];
console.log(JSON.stringify({ ...moved, warnings: ports.warnings, peak: Number(peak) * 1024 }));
