import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createDirectoryStore, restoreCache, saveCache } from '../../../../packages/core/src/cache/index.ts';
import { recordingPorts } from '../../../../packages/core/test/cache/support/doubles.ts';
import { BUILDER, IDENTITY } from '../../../../packages/core/test/cache/support/sample-index.ts';

/** A process that saves `<root>/built` to a store, `<root>/store` by itself, or restores it to `<root>/restored`, and prints what that took. */
const [, , what, root = '', place = path.join(root, 'store')] = process.argv;
const ports = recordingPorts();
const store = createDirectoryStore(place, ports);

async function move(): Promise<{ readonly kind: string; readonly layers: number }> {
  if (what === 'save') {
    const facts = { identity: IDENTITY, builder: BUILDER, createdBy: 'test', temporary: root };
    const limits = { maxBytes: 2e9, lifetime: 604_800 };
    const { kind, layers } = await saveCache({ store, cache: path.join(root, 'built'), ...facts, ...limits }, ports);
    return { kind, layers: layers.length };
  }
  const cache = path.join(root, 'restored');
  await mkdir(cache, { recursive: true });
  const outcome = await restoreCache({ store, candidates: [{ identity: IDENTITY }], cache }, ports);
  return { kind: outcome.kind, layers: outcome.kind === 'miss' ? 0 : outcome.restored.length };
}

const moved = await move();
// In KiB, as Linux counts it.
console.log(JSON.stringify({ ...moved, warnings: ports.warnings, peak: process.resourceUsage().maxRSS * 1024 }));
