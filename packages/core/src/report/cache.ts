import { count } from './columns.ts';
import type { CacheStoreSummary } from './result.ts';
import { formatSize } from './size.ts';

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

function restored({ outcome, reason, layers, lost }: CacheStoreSummary['restore']): readonly string[] {
  switch (outcome) {
    case 'hit':
      return [`${count(layers, 'layer')} restored`, ...(lost > 0 ? [`${lost} lost`] : [])];
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
      return [`${count(layers, 'layer')} saved`, ...without];
    case 'unchanged':
      return ['nothing new', ...without];
    case 'failed':
      return ['not saved'];
    case 'nothing':
    case 'off':
      return [];
  }
}
