import fs from 'node:fs';
import path from 'node:path';
import type { Column } from '../../app/contract/datasets.contract.ts';
import type { Progress } from '../../app/contract/wire.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import { inSession, rowsOf, text } from './duckdb-session.ts';
import { asMalformed, type PlanOptions, type TablePlan } from './loading.ts';
import { malformed } from './malformed.ts';
import { planCsv } from './plan-csv.ts';
import { planJsonl } from './plan-jsonl.ts';
import { planParquet } from './plan-parquet.ts';
import { settleColumns } from './settle-columns.ts';
import type { TextSource } from './text-chunks.ts';

const planners: Record<
  string,
  (sources: readonly TextSource[], options: PlanOptions, extension: string) => Promise<TablePlan>
> = { csv: planCsv, tsv: planCsv, tab: planCsv, jsonl: planJsonl, ndjson: planJsonl, parquet: planParquet };

/** Checking the text is about this part of the work; loading and writing are the rest. */
const CHECKING_PART = 0.6;

/** See `Tables.convert`. The source is first read and checked in full, then loaded, typed and written. */
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

  return inSession(
    { files: [...sources.map((source) => source.path), destinationPath], beside: destinationPath, signal },
    async (connection) => {
      const plan = await planners[extension]!(sources, { connection, signal, onBytes }, extension);
      report(CHECKING_PART, 'Reading the table');
      try {
        await connection.run(`CREATE TABLE staged AS ${plan.select}`);
      } catch (error) {
        signal.throwIfAborted();
        throw asMalformed(error, sources);
      }
      report(0.8, 'Finding the types of the columns');
      const { columns, select } = await settleColumns(connection, 'staged', plan.guess, sources[0]!.name);
      report(0.9, 'Writing the table');
      const written = await rowsOf(
        connection,
        `COPY (${select}) TO ${text(destinationPath)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
      );
      const rows = Number(written[0]![0]);
      const { name } = sources[0]!;
      if (plan.rows !== null && plan.rows !== rows) {
        throw malformed(
          name,
          null,
          `${plan.rows} records were counted and ${rows} read`,
          'Write the table again with one kind of line end and quotes around texts.',
        );
      }
      if (rows === 0) {
        throw malformed(
          name,
          null,
          'the table has columns but no rows',
          'Import a table with at least one row.',
        );
      }
      report(1, 'Writing the table');
      return { rows, columns };
    },
  );
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
