import { type FinishedColumn, ParquetFile } from '../parquet/parquet-file.ts';
import { batchRows, type TableColumn, type TableValue } from './table-values.ts';

export interface TableSink {
  /** A batch, column by column; each of `rows` ≤ `batchRows` values. */
  batch(columns: readonly (readonly TableValue[])[], rows: number): Promise<void>;
  /** One row. The promise, where there is one, is waited for before the next. */
  row(values: readonly TableValue[]): Promise<void> | undefined;
}

/**
 * Write what `fill` hands over to a Parquet file, in its order. The file is not flushed to the disk.
 *
 * @param path a file that is there is replaced
 */
export async function writeRows(
  path: string,
  columns: readonly TableColumn[],
  signal: AbortSignal,
  fill: (sink: TableSink) => Promise<void>,
): Promise<{ rows: number; columns: FinishedColumn[] }> {
  const file = await ParquetFile.create(path, columns);
  const mostRows = batchRows(columns.length);
  let waiting: TableValue[][] = columns.map(() => []);
  let waitingRows = 0;

  async function batch(values: readonly (readonly TableValue[])[], count: number): Promise<void> {
    signal.throwIfAborted();
    await file.add(values, count);
    // Adding holds this thread: a cancel that came meanwhile must be heard.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function flush(): Promise<void> {
    const [full, count] = [waiting, waitingRows];
    waiting = columns.map(() => []);
    waitingRows = 0;
    if (count > 0) await batch(full, count);
  }

  try {
    await fill({
      batch,
      row(values) {
        for (let index = 0; index < columns.length; index++) waiting[index]!.push(values[index] ?? null);
        return ++waitingRows === mostRows ? flush() : undefined;
      },
    });
    await flush();
    return { rows: file.rows, columns: await file.end() };
  } finally {
    await file.close();
  }
}
