import path from 'node:path';
import { inSession, text } from '../../native/tables/duckdb-session.ts';

/** Write what a query gives as the Parquet file that a version's table has. @returns its path */
export async function parquetTable(folder: string, name: string, query: string): Promise<string> {
  const file = path.join(folder, `${name}.parquet`);
  await inSession(
    { files: [file], beside: file, signal: new AbortController().signal },
    async (connection) => {
      await connection.run(
        `COPY (${query}) TO ${text(file)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
      );
    },
  );
  return file;
}
