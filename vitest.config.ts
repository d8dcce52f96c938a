import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const MINUTE = 60_000;
/** vitest's own default leaves one processor out, which is half of two. */
const WORKERS = Math.max(2, availableParallelism() - 1);

/**
 * unit: milliseconds, no process and no network.
 * integration: real files, processes and loopback servers, no build.
 * e2e: the real lifecycle, builders and registries of test/bench.
 */
export default defineConfig({
  test: {
    clearMocks: true,
    restoreMocks: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'test/contract/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          maxWorkers: WORKERS,
          // No module has state or works when it is imported: files may share them, which takes a quarter of the time.
          isolate: false,
          // Properties take seconds where others compute beside them.
          testTimeout: MINUTE / 2,
        },
      },
      {
        test: {
          name: 'integration',
          globalSetup: 'test/support/programs.ts',
          include: ['test/integration/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: WORKERS,
          isolate: false,
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: 'test/support/programs.ts',
          include: ['test/e2e/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 5 * MINUTE,
          hookTimeout: 10 * MINUTE,
          // Builds wait for engines, registries and retries as much as they compute.
          maxWorkers: 3,
        },
      },
    ],
  },
});
