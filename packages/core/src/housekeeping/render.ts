import type { ListedCache } from '../cache/index.ts';
import { plainText } from '../log/terminal-text.ts';
import { alignColumns, count } from '../report/columns.ts';
import { formatSize } from '../report/size.ts';
import { stableJson } from '../report/stable-json.ts';
import type { StoreReport } from './caches.ts';

/** What `verify` and `prune` add to a cache that is listed. */
type Told = ListedCache & { readonly problems?: readonly string[]; readonly reason?: string };

/** A table for each store, one cache a line, and below it what is wrong with it. What stores hold is made harmless. */
export function renderStores(reports: readonly StoreReport<Told>[]): readonly string[] {
  const lines = reports.flatMap(({ store, caches }, index) => {
    const rows = alignColumns(caches.map(rowOf), ['left', 'right']);
    return [
      ...(index > 0 ? [''] : []),
      `${store}: ${caches.length === 0 ? 'nothing' : count(caches.length, 'cache')}`,
      ...caches.flatMap(({ problems = [] }, row) => [
        `  ${rows[row] ?? ''}`,
        ...problems.map((problem) => `    problem: ${problem}`),
      ]),
    ];
  });
  return lines.map(plainText);
}

function rowOf({ key, used, bytes, content, reason }: Told): readonly string[] {
  const facts = [key, formatSize(bytes), day(used), ...(reason === undefined ? [] : [reason])];
  if (content.kind === 'refused') return [...facts, `can't be used: ${content.message}`];
  const { identity, layers } = content.index;
  const { repository, platform, builder, scope, suffix } = identity;
  const name = [repository, scope, ...(suffix === '' ? [] : [suffix])].join(', ');
  return [...facts, name, count(layers.length, 'layer'), `${platform}, ${builder}`, SIGNED[content.signature]];
}

const SIGNED = { none: 'not signed', known: 'signed', unknown: 'signed by another key' } as const;

/** `2026-11-21`; a dash where the store does not know. */
function day(used: number): string {
  return used === 0 ? '-' : new Date(used).toISOString().slice(0, 10);
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
    layers: layers.map(({ diffId, size }) => ({ diffId, size })),
    packs: packs.map(({ digest, size }) => ({ digest, size })),
  };
}
