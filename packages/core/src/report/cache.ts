import { count } from './columns.ts';
import type { CacheStoreSummary, CacheSummary } from './result.ts';
import { formatSize } from '../log/size.ts';

/** `dir:/cache: 3 layers restored, 1 layer saved; 2 requests, 70 MB down, 12 kB up` */
export function describeCache({ name, restore, save, requests, bytesDown, bytesUp }: CacheStoreSummary): string {
  const parts = [...restored(restore), ...saved(save)].join(', ') || 'not used';
  const moved = [
    ...(requests > 0 ? [count(requests, 'request')] : []),
    `${formatSize(bytesDown)} down`,
    `${formatSize(bytesUp)} up`,
  ];
  return `${name}: ${parts}; ${moved.join(', ')}`;
}

/** For the log, when all stores have been asked: `layer cache dir:/cache: 3 layers restored, 70 MB read`. */
export function describeRestored({ stores }: CacheSummary): readonly string[] {
  return stores.flatMap(({ name, restore, bytesDown }) => {
    const parts = [...restored(restore), ...(restore.outcome === 'hit' ? [`${formatSize(bytesDown)} read`] : [])];
    return parts.length === 0 ? [] : [`layer cache ${name}: ${parts.join(', ')}`];
  });
}

/** For the log, when all stores have been written: `layer cache dir:/cache: 1 layer saved, 12 kB written`. */
export function describeSaved({ stores }: CacheSummary): readonly string[] {
  return stores.flatMap(({ name, save, bytesUp }) => {
    const parts = [...saved(save), ...(bytesUp > 0 ? [`${formatSize(bytesUp)} written`] : [])];
    return parts.length === 0 ? [] : [`layer cache ${name}: ${parts.join(', ')}`];
  });
}

function restored({ outcome, reason, scope, layers, lost }: CacheStoreSummary['restore']): readonly string[] {
  switch (outcome) {
    case 'hit': {
      const origin = scope === undefined ? '' : ` from the cache of "${scope}"`;
      return [`${count(layers, 'layer')} restored${origin}`, ...(lost > 0 ? [`${lost} lost`] : [])];
    }
    case 'miss':
      return [reason === undefined ? 'miss' : `miss (${reason})`];
    case 'unasked':
      return [];
  }
}

function saved({ outcome, layers, skipped }: CacheStoreSummary['save']): readonly string[] {
  const without = skipped > 0 ? [`${skipped} not saved`] : [];
  switch (outcome) {
    case 'saved':
      return layers === 0 && skipped > 0 ? without : [`${count(layers, 'layer')} saved`, ...without];
    case 'unchanged':
      return ['nothing new', ...without];
    case 'failed':
      return ['not saved'];
    case 'nothing':
    case 'off':
      return [];
  }
}
