import { Worker } from 'node:worker_threads';
import type { Drift } from '../../../app/contract/data-drift.ts';
import type { ExportFormat } from '../../../app/contract/data-sql.contract.ts';
import type {
  ClassBalance,
  ColumnStatistics,
  DuplicateReport,
  TableDiff,
} from '../../../app/contract/data-tables.contract.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { entryUrl } from '../../entry-url.ts';
import { boundAllocator } from '../bounded-allocator.ts';
import { restored } from '../crossed-error.ts';
import type { VersionAnswer } from '../query/run-version-query.ts';
import type { VersionQuery } from '../query/version-session.ts';
import { ABORT, type FromLook, type LookRequest } from './messages.ts';
import { Turns } from './turns.ts';

/** Long looks take turns: together they would only take each other's memory and processors, and DuckDB its threads from everything else. */
const LONG_AT_A_TIME = 1;
/** More queries than these at a time are refused: people wait for them. */
const QUERIES_AT_A_TIME = 2;

type OnProgress = (fraction: number, message: string) => void;

interface Options {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Looks at tables by DuckDB, each in a thread of its own: what one holds (at most about 256 MB, the rest is spilled) is gone with it. Paths are
 * of Parquet files; a spill folder is the look's own and removed. Faults are AppErrors: INVALID_INPUT, TOO_LARGE, DISK_FULL, STORAGE_FAILED.
 */
export function createTableInspector() {
  boundAllocator();
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  const long = new Turns(LONG_AT_A_TIME);
  let queries = 0;

  async function look<T>(request: LookRequest, { signal, onProgress }: Options = {}): Promise<T> {
    const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
    const asked = lookInThread<T>(request, stop, onProgress);
    const settled = asked.catch(() => {});
    underWay.add(settled);
    try {
      return await asked;
    } finally {
      underWay.delete(settled);
    }
  }

  async function inTurn<T>(request: LookRequest, options: Options = {}): Promise<T> {
    const turn = await long.next(options.signal);
    try {
      return await look<T>(request, options);
    } finally {
      turn[Symbol.dispose]();
    }
  }

  async function query<T>(request: LookRequest, options: Options): Promise<T> {
    if (queries >= QUERIES_AT_A_TIME) {
      throw new AppError('NOT_READY', `${queries} queries are being answered already.`, {
        nextStep: 'Wait for one of them to end, or cancel it.',
      });
    }
    queries += 1;
    try {
      return await look<T>(request, options);
    } finally {
      queries -= 1;
    }
  }

  return {
    statistics: (path: string, spillFolder: string, options?: Options) =>
      inTurn<ColumnStatistics[]>({ call: 'statistics', path, spillFolder }, options),
    classes: (path: string, column: string, spillFolder: string, signal?: AbortSignal) =>
      query<ClassBalance>({ call: 'classes', path, column, spillFolder }, { signal }),
    duplicates: (
      path: string,
      asked: { readonly ignored: readonly string[]; readonly threshold: number | null },
      spillFolder: string,
      options?: Options,
    ) => inTurn<DuplicateReport>({ call: 'duplicates', path, ...asked, spillFolder }, options),
    difference: (
      before: string,
      after: string,
      key: readonly string[] | null,
      spillFolder: string,
      options?: Options,
    ) => inTurn<TableDiff>({ call: 'difference', before, after, key, spillFolder }, options),
    drift: (
      before: string,
      after: string,
      columns: readonly string[] | null,
      spillFolder: string,
      options?: Options,
    ) => inTurn<Drift[]>({ call: 'drift', before, after, columns, spillFolder }, options),
    /** See `runVersionQuery`. NOT_READY while others are answered. */
    query: (
      asked: VersionQuery & {
        readonly limit: number;
        readonly mostRows: number;
        readonly resultPath: string;
      },
      signal?: AbortSignal,
    ) => query<VersionAnswer>({ call: 'query', ...asked }, { signal }),
    /** See `exportVersionQuery`. */
    export: (
      asked: VersionQuery & { readonly filePath: string; readonly format: ExportFormat },
      options?: Options,
    ) => inTurn<{ rows: number; sizeBytes: number }>({ call: 'export', ...asked }, options),
    async close(): Promise<void> {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

async function lookInThread<T>(
  request: LookRequest,
  signal: AbortSignal,
  onProgress: OnProgress | undefined,
): Promise<T> {
  signal.throwIfAborted();
  const worker = new Worker(entryUrl('looking.worker'), {
    workerData: request,
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  const abort = () => worker.postMessage(ABORT);
  signal.addEventListener('abort', abort);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.on('message', (message: FromLook) => {
        if (message.kind === 'progress') onProgress?.(message.fraction, message.message);
        else if (message.kind === 'done') resolve(message.result as T);
        else reject(restored(message.error));
      });
      const ended = (cause?: unknown) =>
        reject(new AppError('TARGET_FAILED', 'The thread that looks at tables ended.', { cause }));
      worker.on('error', ended);
      worker.on('exit', () => ended());
    });
  } finally {
    signal.removeEventListener('abort', abort);
    // It ends by itself once it has given its memory and files back.
    await exited;
  }
}
