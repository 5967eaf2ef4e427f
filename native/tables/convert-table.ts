import fs from 'node:fs';
import path from 'node:path';
import type { Column } from '../../app/contract/datasets.contract.ts';
import type { Progress } from '../../app/contract/wire.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import { inSession, learning, writing } from './duckdb-session.ts';
import { asMalformed, type PlanOptions, type TablePlan } from './loading.ts';
import { malformed } from './malformed.ts';
import { planCsv } from './plan-csv.ts';
import { planJsonl } from './plan-jsonl.ts';
import { planParquet } from './plan-parquet.ts';
import type { TextSource } from './text-chunks.ts';
import { writeSettled } from './write-settled.ts';

const planners: Record<
  string,
  (sources: readonly TextSource[], options: PlanOptions, extension: string) => Promise<TablePlan>
> = { csv: planCsv, tsv: planCsv, tab: planCsv, jsonl: planJsonl, ndjson: planJsonl, parquet: planParquet };

/** Checking the text is about this part of the work; writing the table is the rest. */
const CHECKING_PART = 0.6;
const SETTLING_FROM = 0.95;

/** See `Tables.convert`. The source is first read and checked in full, then written, then typed. */
export async function convertTable(
  sources: readonly TextSource[],
  destinationPath: string,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<{ rows: number; columns: Column[] }> {
  const extension = formatOf(sources);
  const totalBytes = await sizeOf(sources);
  const report = (fraction: number, message: string) =>
    onProgress({ fraction, message, rate: null, remainingMs: null });
  let checkedBytes = 0;
  const onBytes = (bytes: number) => {
    checkedBytes += bytes;
    report(Math.min(1, checkedBytes / Math.max(1, totalBytes)) * CHECKING_PART, 'Checking the table');
  };

  const paths = sources.map((source) => source.path);
  const beside = destinationPath;
  const plan = await planners[extension]!(
    sources,
    {
      ask: (table, question) => inSession({ files: paths, beside, signal, ...learning(table) }, question),
      signal,
      onBytes,
    },
    extension,
  );
  report(CHECKING_PART, 'Writing the table');
  const { name } = sources[0]!;
  const onWritten = (rows: number) => {
    expectRows(name, plan.rows, rows);
    report(SETTLING_FROM, 'Finding the types of the columns');
  };
  const reach = { files: [...paths, destinationPath], beside, signal, ...writing(plan) };
  try {
    const table = await writeSettled((work) => inSession(reach, work), plan.select, destinationPath, {
      guess: plan.guess,
      name,
      onWritten,
    });
    report(1, 'Writing the table');
    return table;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AppError ? error : asMalformed(error, sources);
  }
}

/** @param planned by the check of the file, or null where the format's own count is taken */
function expectRows(name: string, planned: number | null, rows: number): void {
  if (planned !== null && planned !== rows) {
    throw malformed(
      name,
      null,
      `${planned} records were counted and ${rows} read`,
      'Write the table again with one kind of line end and quotes around texts.',
    );
  }
  if (rows === 0) {
    throw malformed(name, null, 'the table has columns but no rows', 'Import a table with at least one row.');
  }
}

function formatOf(sources: readonly TextSource[]): string {
  const extensions = new Set(sources.map(({ name }) => path.extname(name).slice(1).toLowerCase()));
  const [extension = ''] = extensions;
  if (extensions.size === 1 && extension in planners) return extension;
  throw new AppError(
    'UNSUPPORTED',
    `A table is CSV, TSV, JSON lines or Parquet, not ${[...extensions].join(', ')}.`,
    {
      details: { value: [...extensions].join(', ') },
    },
  );
}

async function sizeOf(sources: readonly TextSource[]): Promise<number> {
  let bytes = 0;
  for (const source of sources) bytes += (await fs.promises.stat(source.path)).size;
  return bytes;
}
