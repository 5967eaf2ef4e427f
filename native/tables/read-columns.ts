import { DuckDBInstance } from '@duckdb/node-api';

export type RawColumn =
  /** `integer` tells whole-number columns from others; missing values are NaN. */
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly integer: boolean;
      readonly values: Float64Array;
    }
  /** Booleans are the words `true` and `false`; missing values are null. */
  | {
      readonly name: string;
      readonly kind: 'text';
      readonly boolean: boolean;
      readonly values: (string | null)[];
    }
  /** Dates and times, which the native engine does not learn from. */
  | { readonly name: string; readonly kind: 'other'; readonly type: string };

const INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBER = /^(DOUBLE|FLOAT|DECIMAL.*)$/;

/**
 * Read a Parquet table whole, column by column, in the order of its rows.
 *
 * @param threads processor cores that reading may use
 */
export async function readColumns(
  parquetPath: string,
  threads: number,
): Promise<{ readonly rows: number; readonly columns: readonly RawColumn[] }> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const described = await connection.runAndReadAll('DESCRIBE SELECT * FROM read_parquet($path)', {
      path: parquetPath,
    });
    const kinds = described
      .getRowObjects()
      .map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
    const wanted = kinds.map(({ name, type }) => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      if (INTEGER.test(type) || NUMBER.test(type)) return `CAST(${quoted} AS DOUBLE)`;
      return type === 'BOOLEAN' || type === 'VARCHAR' ? `CAST(${quoted} AS VARCHAR)` : 'NULL';
    });
    const counted = await connection.runAndReadAll(
      'SELECT COUNT(*)::INTEGER AS rows FROM read_parquet($path)',
      { path: parquetPath },
    );
    const rows = Number(counted.getRowObjects()[0]!.rows);
    const columns = kinds.map(({ name, type }): RawColumn => {
      if (INTEGER.test(type) || NUMBER.test(type))
        return { name, kind: 'number', integer: INTEGER.test(type), values: new Float64Array(rows) };
      if (type === 'BOOLEAN' || type === 'VARCHAR')
        return {
          name,
          kind: 'text',
          boolean: type === 'BOOLEAN',
          values: new Array<string | null>(rows).fill(null),
        };
      return { name, kind: 'other', type };
    });
    const result = await connection.stream(`SELECT ${wanted.join(', ')} FROM read_parquet($path)`, {
      path: parquetPath,
    });
    let start = 0;
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const [index, column] of columns.entries()) {
        if (column.kind === 'other') continue;
        const vector = chunk.getColumnVector(index);
        for (let row = 0; row < chunk.rowCount; row++) {
          const value = vector.getItem(row);
          if (column.kind === 'number')
            column.values[start + row] = value === null ? Number.NaN : Number(value);
          else column.values[start + row] = value === null ? null : String(value);
        }
      }
      start += chunk.rowCount;
    }
    return { rows, columns };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
