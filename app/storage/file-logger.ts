import fs from 'node:fs';
import path from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { newId } from '../kernel/new-id.ts';

const KEEP_BYTES = 8 * 1024 * 1024;

/** The core's log: one JSON line each in logs/core.log; when it has grown past 8 MiB the old one is kept once more. */
export function createFileLogger(folder: string, clock: Clock): Logger {
  const filePath = path.join(folder, 'core.log');

  function write(level: string, message: string, facts: Record<string, unknown>) {
    const line = `${JSON.stringify({ at: new Date(clock.now()).toISOString(), level, message, ...facts })}\n`;
    try {
      if ((fs.statSync(filePath, { throwIfNoEntry: false })?.size ?? 0) > KEEP_BYTES)
        fs.renameSync(filePath, `${filePath}.1`);
      fs.appendFileSync(filePath, line, { mode: 0o600 });
    } catch {
      // A full disk must not turn every log line into a second fault; the fault itself is reported to the user.
    }
  }

  return {
    info: (message, facts = {}) => write('info', message, facts),
    warn: (message, facts = {}) => write('warn', message, facts),
    error(message, error, facts = {}) {
      const incidentId = newId<string>(clock.now()).slice(-12);
      write('error', message, { incidentId, ...facts, causes: chain(error) });
      return incidentId;
    },
  };
}

function chain(error: unknown, depth = 0): unknown[] {
  if (error === undefined || depth > 8) return [];
  if (!(error instanceof Error)) return [String(error)];
  return [{ name: error.name, message: error.message, stack: error.stack }, ...chain(error.cause, depth + 1)];
}
