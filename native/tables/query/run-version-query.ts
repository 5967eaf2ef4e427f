import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { ResultColumn } from '../../../app/contract/data-sql.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { columnTypeOf } from '../column-types.ts';
import { toResultCell } from './result-cells.ts';
import { ResultFile, uniqueNames } from './result-file.ts';
import { type VersionQuery, withVersionQuery } from './version-session.ts';

/** More bytes than these of texts on a page are refused: it is kept in memory on its way. */
const MOST_TEXT_BYTES = 32 * 1024 * 1024;

export interface VersionAnswer {
  readonly columns: readonly ResultColumn[];
  /** The first `limit` rows. */
  readonly rows: readonly (readonly Cell[])[];
  /** Rows that were read: all, or `mostRows`. */
  readonly totalRows: number;
  readonly truncated: boolean;
}

/**
 * Answer a query: its first rows at once, and all up to `mostRows` in a Parquet file where there are more than `limit`.
 *
 * @param resultPath the file, which is only written in that case
 */
export async function runVersionQuery(
  asked: VersionQuery & { readonly limit: number; readonly mostRows: number; readonly resultPath: string },
  aborted: AbortSignal,
): Promise<VersionAnswer> {
  return await withVersionQuery(asked, aborted, async (statement, signal) => {
    const result = await statement.stream();
    const names = uniqueNames(result.columnNames());
    const types = result.columnTypes();
    const columns = names.map((name, at): ResultColumn => {
      const sqlType = String(types[at]);
      return {
        name,
        sqlType,
        kind: /[[(]|^(MAP|UNION)/.test(sqlType) ? kindOfNested(sqlType) : kindOf(sqlType),
      };
    });
    const most = Math.max(asked.mostRows, asked.limit);
    const page = new Page(asked.limit);
    let held: DuckDBDataChunk[] = [];
    let read = 0;
    let file: ResultFile | null = null;
    try {
      for (;;) {
        const chunk = await result.fetchChunk();
        signal.throwIfAborted();
        if (!chunk || chunk.rowCount === 0) break;
        const room = most - read;
        page.take(chunk, room);
        if (room > 0) held.push(chunk);
        read += chunk.rowCount;
        if (read > asked.limit) {
          file ??= await ResultFile.open(asked.resultPath, names, types, `${asked.spillFolder}.result`);
          for (const each of held) file.append(each);
          held = [];
        }
        if (read > most) break;
      }
      if (file) await file.write('parquet', most);
      return { columns, rows: page.rows, totalRows: Math.min(read, most), truncated: read > most };
    } finally {
      await file?.[Symbol.asyncDispose]();
    }
  });
}

/** The first rows of an answer as cells. */
class Page {
  readonly rows: Cell[][] = [];
  readonly #limit: number;
  #textBytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(chunk: DuckDBDataChunk, room: number): void {
    const missing = Math.min(this.#limit - this.rows.length, chunk.rowCount, room);
    if (missing <= 0) return;
    for (const row of chunk.getRows().slice(0, missing)) {
      const cells = row.map(toResultCell);
      for (const cell of cells) if (typeof cell === 'string') this.#textBytes += cell.length;
      this.rows.push(cells);
    }
    if (this.#textBytes > MOST_TEXT_BYTES) {
      throw new AppError('TOO_LARGE', 'The texts of the first rows take more than 32 MiB.', {
        nextStep: 'Ask for fewer rows or columns, or export the result.',
      });
    }
  }
}

function kindOf(sqlType: string): ResultColumn['kind'] {
  return columnTypeOf(sqlType) ?? 'other';
}

function kindOfNested(sqlType: string): ResultColumn['kind'] {
  if (sqlType.startsWith('DECIMAL') && !sqlType.endsWith(']')) return 'number';
  return sqlType.startsWith('ENUM') && !sqlType.endsWith(']') ? 'text' : 'other';
}
