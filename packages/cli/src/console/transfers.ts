import { formatSize, type Progress } from '@buildpacks-ci/core';

const BAR_WIDTH = 24;

/** The transfers of one phase, summed up: layers move in parallel, and one bar is enough. */
export interface Transfers {
  add(progress: Progress): void;
  clear(): void;
  /** `12 MB of 70 MB [======      ] 1f0c3a…`, what matters most first, since a narrow terminal cuts the end; undefined when nothing moves. */
  describe(): string | undefined;
}

export function createTransfers(): Transfers {
  const known = new Map<string, Progress>();
  return {
    add: (progress) => {
      known.set(progress.label, progress);
    },
    clear: () => {
      known.clear();
    },
    describe: () => describe([...known.values()]),
  };
}

function describe(transfers: readonly Progress[]): string | undefined {
  const moving = transfers.filter(({ done, total }) => total === undefined || done < total);
  const [first] = moving;
  if (first === undefined) return undefined;

  const done = sum(transfers.map((transfer) => transfer.done));
  const what = moving.length === 1 ? first.label : `${moving.length} transfers`;
  if (moving.some(({ total }) => total === undefined)) return `${formatSize(done)}, ${what}`;
  const total = sum(transfers.map((transfer) => transfer.total ?? transfer.done));
  return `${formatSize(done)} of ${formatSize(total)} ${bar(done / total)} ${what}`;
}

function bar(fraction: number): string {
  const filled = Math.min(BAR_WIDTH, Math.floor(fraction * BAR_WIDTH));
  return `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
