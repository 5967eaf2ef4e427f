import fs from 'node:fs';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { Progress } from '../../../app/contract/wire.ts';
import { refuseInfinity } from '../../tables/malformed.ts';
import { checkNames } from '../../tables/table-names.ts';
import { damaged } from '../files/damaged.ts';
import { type TableSink, writeRows } from './table-sink.ts';
import type { TableColumn } from './table-values.ts';

export {
  batchRows,
  MOST_COLUMNS,
  type TableColumn,
  type TableValue,
  type ValueType,
} from './table-values.ts';

export interface WriteOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

const meaning = {
  int32: 'integer',
  int64: 'integer',
  double: 'number',
  boolean: 'boolean',
  text: 'text',
  time: 'time',
} as const;

export interface ReportingSink extends TableSink {
  /** How far reading has come, 0 to 1. */
  progress(fraction: number): void;
}

/**
 * Write a table as the Parquet file that every read of a version uses: five types of columns, NaN as missing.
 *
 * @param name of the file that faults of the whole table are laid to
 * @throws AppError DATA_MALFORMED for infinite numbers, no rows and names that stand twice; DISK_FULL
 */
export async function writeTable(
  name: string,
  destinationPath: string,
  columns: readonly TableColumn[],
  options: WriteOptions,
  fill: (sink: ReportingSink) => Promise<void>,
): Promise<{ rows: number; columns: Column[] }> {
  const signal = options.signal ?? new AbortController().signal;
  const progress = (fraction: number) =>
    options.onProgress?.({
      fraction: Math.min(1, fraction),
      message: 'Writing the table',
      rate: null,
      remainingMs: null,
    });
  checkNames(
    columns.map((column) => column.name),
    name,
  );
  const unnamable = columns.find((column) => column.name.includes('\0'));
  if (unnamable)
    throw damaged(name, null, `the column name ${JSON.stringify(unnamable.name.slice(0, 40))} holds a NUL`);
  try {
    const written = await writeRows(destinationPath, columns, signal, (sink) => fill({ ...sink, progress }));
    if (written.rows === 0) {
      throw damaged(name, null, 'there are no rows', 'Import files that hold at least one row.');
    }
    progress(1);
    for (const column of written.columns) refuseInfinity(column.name, column.infinities, name);
    return {
      rows: written.rows,
      columns: written.columns.map((column) => ({ name: column.name, type: meaning[column.type] })),
    };
  } catch (error) {
    await fs.promises.rm(destinationPath, { force: true });
    throw error;
  }
}
