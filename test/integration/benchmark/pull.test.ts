import { expect, it } from 'vitest';
import type { PullSample } from '../../benchmark/pull/rounds.ts';
import { makePullRows } from '../../benchmark/pull/rows.ts';

type Facts = Pick<PullSample, 'contender' | 'compression' | 'seconds' | 'peakMemory'>;
const sample = (facts: Facts): PullSample => ({ ...facts, requests: 1, bytesUp: 0, bytesDown: 1 });

it('compares with who can read the same layers, else with what it took for those in gzip', () => {
  const rows = makePullRows([
    sample({ contender: 'ours', compression: 'gzip', seconds: 4, peakMemory: 7 }),
    sample({ contender: 'ours', compression: 'gzip', seconds: 6, peakMemory: 9 }),
    sample({ contender: 'docker pull', compression: 'gzip', seconds: 10 }),
    sample({ contender: 'crane, tar', compression: 'gzip', seconds: 20 }),
    sample({ contender: 'ours', compression: 'zstd', seconds: 3, peakMemory: 5 }),
    sample({ contender: 'crane, tar', compression: 'zstd', seconds: 12 }),
  ]);

  expect(rows.map(({ name, ours, peer, ratio, peakMemory }) => [name, ours, peer, ratio, peakMemory])).toEqual([
    ['gzip: docker pull', 5, 10, 0.5, { ours: 9 }],
    ['gzip: crane, tar', 5, 20, 0.25, { ours: 9 }],
    ['zstd: docker pull of gzip', 3, 10, 0.3, { ours: 5 }],
    ['zstd: crane, tar', 3, 12, 0.25, { ours: 5 }],
  ]);
});
