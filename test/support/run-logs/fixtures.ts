import path from 'node:path';

/** Logs that other tools wrote; see the README beside them. */
export const runLogs = (name: string): string =>
  path.resolve(import.meta.dirname, '../../fixtures/run-logs', name);
