import os from 'node:os';
import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 30_000, hookTimeout: 60_000 } as const;
const long = { testTimeout: 120_000, hookTimeout: 180_000 } as const;

/**
 * `unit` is what `npm run check` runs; `whole` are the suites that start built programs, servers and browsers; `reliability` are those
 * that kill, damage and fill up, over and over, which take long: `npm test` leaves them to `.ci/run`.
 */
export default defineConfig({
  test: {
    // The usual number leaves one processor free, which on a small machine is half of them.
    maxWorkers: Math.max(2, os.availableParallelism() - 1),
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: [
            '{app,native,main,preload,renderer,scripts}/**/*.test.{ts,tsx}',
            'test/architecture/**/*.test.ts',
            'test/support/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**'],
        },
      },
      {
        test: {
          ...shared,
          ...long,
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/{architecture,reliability,support}/**'],
        },
      },
      { test: { ...shared, ...long, name: 'reliability', include: ['test/reliability/**/*.test.ts'] } },
    ],
  },
});
