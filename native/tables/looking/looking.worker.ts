import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../../app/kernel/app-error.ts';
import { crossing } from '../crossed-error.ts';
import { tableDifference } from '../difference/table-difference.ts';
import { measureDrift } from '../drift/measure-drift.ts';
import { inSession, LOOKING_MEMORY } from '../duckdb-session.ts';
import { findDuplicates } from '../duplicates/find-duplicates.ts';
import { exportVersionQuery } from '../query/export-version-query.ts';
import { runVersionQuery } from '../query/run-version-query.ts';
import { tableStatistics } from '../statistics/table-statistics.ts';
import { classBalance } from './class-balance.ts';
import type { Look } from './look.ts';
import { ABORT, type FromLook, type LookRequest } from './messages.ts';
import { openTable } from './table-source.ts';

/** The thread that takes one look and ends; see table-inspector.ts for the side that asks. */
const port = parentPort!;
const abort = new AbortController();
const tell = (message: FromLook) => port.postMessage(message);
const progress = (fraction: number, message: string) => tell({ kind: 'progress', fraction, message });

port.on('message', (message: unknown) => {
  if (message === ABORT) abort.abort();
});

try {
  tell({ kind: 'done', result: await answer(workerData as LookRequest) });
} catch (error) {
  tell({ kind: 'failed', error: crossing(error) });
} finally {
  port.close();
}

async function answer(request: LookRequest): Promise<unknown> {
  const { signal } = abort;
  switch (request.call) {
    case 'query':
      return await runVersionQuery(request, signal);
    case 'export':
      return await exportVersionQuery(request, { signal, progress });
    case 'statistics':
      return await looking(request, [request.path], (look) => tableStatistics(request.path, look));
    case 'classes':
      return await looking(request, [request.path], (look) =>
        classBalance(request.path, request.column, look),
      );
    case 'duplicates':
      return await looking(request, [request.path], (look) =>
        findDuplicates(request.path, request.ignored, request.threshold, look),
      );
    case 'difference':
      return await looking(request, [request.before, request.after], (look) =>
        tableDifference(request.before, request.after, request.key, look),
      );
    case 'drift':
      return await looking(request, [request.before, request.after], async (look) => {
        const before = await openTable(look.connection, request.before);
        const after = await openTable(look.connection, request.after);
        return await measureDrift(before, after, request.columns, look);
      });
  }
}

async function looking<T>(
  { spillFolder }: { readonly spillFolder: string },
  files: readonly string[],
  work: (look: Look) => Promise<T>,
): Promise<T> {
  const { signal } = abort;
  const options = { files, beside: spillFolder, signal, memoryLimit: LOOKING_MEMORY };
  try {
    return await inSession(options, (connection) => work({ connection, signal, progress }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'TOO_LARGE') throw error;
    throw new AppError('TOO_LARGE', 'Looking at this table so needs more memory than it may use.', {
      nextStep: 'Make a data set of fewer columns or rows by SQL, and look at that.',
      cause: error,
    });
  }
}
