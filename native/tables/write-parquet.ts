import type { ParquetColumn } from '../../app/kernel/ports/run-transfer.ts';
import { identifier, inSession, text, writing } from './duckdb-session.ts';
import { parquetOptions } from './parquet-options.ts';

const types: Readonly<Record<ParquetColumn['type'], string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
};

/**
 * Write a CSV file of Lathe's own (a header, quotes as in RFC 4180, unquoted empty cells for nothing, `nan`, `inf` and `-inf`) as Parquet. The
 * import of data goes another way: it asks what columns hold and takes no infinities.
 *
 * @param columns names and types in the file's order; names differ in more than their case
 * @throws AppError DISK_FULL, TOO_LARGE
 */
export async function writeParquet(
  csvPath: string,
  parquetPath: string,
  columns: readonly ParquetColumn[],
  signal: AbortSignal,
): Promise<void> {
  const named = columns.map(({ name, type }) => `${text(name)}: ${text(types[type])}`).join(', ');
  const selected = columns.map(({ name }) => identifier(name)).join(', ');
  const reach = { files: [csvPath, parquetPath], ...writing({ columns: columns.length }) };
  await inSession({ ...reach, beside: parquetPath, signal }, async (connection) => {
    await connection.run(
      `COPY (SELECT ${selected} FROM read_csv(${text(csvPath)}, auto_detect = false, header = true, delim = ',',
         quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, columns = {${named}}))
       TO ${text(parquetPath)} ${parquetOptions(columns.length)}`,
    );
  });
}
