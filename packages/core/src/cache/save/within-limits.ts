import { exceededLimit } from '../format/check.ts';
import { usageOf } from '../format/usage.ts';
import { type StoredLayers, withPacks } from './plan.ts';

/**
 * What an index may name of this: without the largest layers, as long as no reader would take it (a layer of nothing but zeros looks like
 * a bomb), and without the packs of which no layer has a chunk. One strange layer must not cost all others.
 */
export function withinLimits(stored: StoredLayers): StoredLayers {
  let left = onlyNeeded(stored);
  while (left.layers.length > 0 && exceededLimit(left) !== undefined) {
    const largest = left.layers.reduce((most, layer) => (layer.size > most.size ? layer : most));
    left = onlyNeeded({ ...left, layers: left.layers.filter((layer) => layer !== largest) });
  }
  return left;
}

function onlyNeeded(stored: StoredLayers): StoredLayers {
  const usage = usageOf(stored);
  return withPacks(stored, (pack) => (usage[stored.packs.indexOf(pack)]?.liveBytes ?? 0) > 0);
}
