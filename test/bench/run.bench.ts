import type { Bench } from './bench.ts';
import { commandRows } from './run-command.ts';
import { ingestionRows } from './run-ingestion.ts';
import { loggingRows } from './run-logging.ts';
import { startRows } from './run-start.ts';
import { telemetryRows } from './run-telemetry.ts';

export const bench: Bench = {
  name: 'run',
  title: 'Runs of programs: start, logging, ingestion and telemetry (medians of alternating rounds)',
  async run() {
    // First, in a process that has done nothing else: what others leave behind to be cleared away would be counted in.
    const telemetry = await telemetryRows(30);
    return [
      ...(await startRows(15)),
      ...(await commandRows(15)),
      ...(await loggingRows(5)),
      ...(await ingestionRows(3)),
      ...telemetry,
    ];
  },
};
