import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

/**
 * unit: milliseconds, no process and no network.
 * integration: real files, processes and loopback servers, no build.
 * e2e: the real lifecycle, builders and registries of test/bench.
 */
export default defineConfig({
  test: {
    clearMocks: true,
    restoreMocks: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'test/contract/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          globalSetup: 'test/support/programs.ts',
          include: ['test/integration/**/*.test.ts'],
          sequence: { groupOrder: 1 },
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
          maxWorkers: 2,
        },
      },
    ],
  },
});
