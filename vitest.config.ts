import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 30_000, hookTimeout: 60_000 } as const;

/** `unit` is what `npm run check` runs; `whole` are the suites that start built programs, servers and browsers. */
export default defineConfig({
  test: {
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
          name: 'whole',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/architecture/**', 'test/support/**'],
        },
      },
    ],
  },
});
