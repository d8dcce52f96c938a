import { type ListedCache, type PrunedCache, storedBytes } from '../cache/index.ts';
import { optional } from '../json/json.ts';
import { plainText } from '../log/terminal-text.ts';
import { alignColumns, count } from '../report/columns.ts';
import { formatSize } from '../log/size.ts';
import { stableJson } from '../report/stable-json.ts';
import type { StoreReport } from './caches.ts';

/** What `verify` and `prune` add to a cache that is listed. */
type Told = ListedCache & { readonly problems?: readonly string[]; readonly reason?: PrunedCache['reason'] };

/** What was done with the caches that are told of. */
export type Chore = 'list' | 'verify' | 'prune' | 'rehearse-prune';

/** A table for each store, one cache a line, and below it what is wrong with it. What stores hold is made harmless. */
export function renderStores(reports: readonly StoreReport<Told>[], chore: Chore): readonly string[] {
  const lines = reports.flatMap(({ store, caches }, index) => {
    const rows = alignColumns(caches.map(rowOf), ['left', 'right']);
    return [
      ...(index > 0 ? [''] : []),
      `${store}: ${summaryOf(caches, chore)}`,
      ...caches.flatMap(({ problems = [] }, row) => [
        `  ${rows[row] ?? ''}`,
        ...problems.map((problem) => `    problem: ${problem}`),
      ]),
    ];
  });
  return lines.map(plainText);
}

function summaryOf(caches: readonly Told[], chore: Chore): string {
  const all = `${count(caches.length, 'cache')}, ${formatSize(storedBytes(caches))}`;
  const bad = caches.filter(({ problems = [] }) => problems.length > 0).length;
  switch (chore) {
    case 'list':
      return caches.length === 0 ? 'nothing' : all;
    case 'verify':
      if (caches.length === 0) return 'nothing';
      return `${all}; ${bad === 0 ? 'nothing is wrong' : `${bad} with problems`}`;
    case 'prune':
      return caches.length === 0 ? 'nothing to remove' : `removed ${all}`;
    case 'rehearse-prune':
      return caches.length === 0 ? 'nothing to remove' : `would remove ${all}`;
  }
}

function rowOf({ key, used, bytes, content, reason }: Told): readonly string[] {
  const facts = [key, formatSize(bytes), dayOf(used), ...(reason === undefined ? [] : [REASON[reason]])];
  if (content.kind === 'refused') return [...facts, `can't be used: ${content.message}`];
  const { identity, layers } = content.index;
  const { repository, platform, builder, scope, suffix } = identity;
  const signed = content.signer === undefined ? 'not signed' : `${SIGNED[content.signature]} ${content.signer}`;
  const name = [repository, scope, ...(suffix === '' ? [] : [suffix])].join(', ');
  return [...facts, name, count(layers.length, 'layer'), `${platform}, ${builder}`, signed];
}

const REASON = { damaged: 'damaged', unused: 'not used', size: 'for its size' } as const;

/** Before the name of the key. Without keys nothing can be said of a signature. */
const SIGNED = { none: '', known: 'signed by', unknown: 'names the key' } as const;

/** `used 2026-11-21`, as far as the store knows. */
function dayOf(used: number): string {
  return used === 0 ? 'use unknown' : `used ${new Date(used).toISOString().slice(0, 10)}`;
}

/** The same as JSON: `{ schemaVersion, stores: [{ store, caches: [{ key, used, bytes, identity, … }] }] }`. */
export function storesJson(reports: readonly StoreReport<Told>[]): string {
  const stores = reports.map(({ store, caches }) => ({ store, caches: caches.map(factsOf) }));
  return stableJson({ schemaVersion: 1, stores }, ['schemaVersion', 'stores']);
}

function factsOf({ content, ...cache }: Told): object {
  if (content.kind === 'refused') return { ...cache, refused: { reason: content.reason, message: content.message } };
  const { identity, created, createdBy, builder, image, layers, packs } = content.index;
  return {
    ...cache,
    identity,
    created,
    createdBy,
    builder,
    image,
    signature: content.signature,
    ...optional('signer', content.signer),
    layers: layers.map(({ diffId, size }) => ({ diffId, size })),
    packs: packs.map(({ digest, size }) => ({ digest, size })),
  };
}
