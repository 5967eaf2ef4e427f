import { DuckDBInstance } from '@duckdb/node-api';
import { text } from '../../native/tables/duckdb-session.ts';

/** Write what a query gives as a Parquet file, in groups of rows small enough that a test's table has several. */
export async function sqlTable(filePath: string, query: string, rowGroup = 20_480): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    await connection.run(`COPY (${query}) TO ${text(filePath)} (FORMAT parquet, ROW_GROUP_SIZE ${rowGroup})`);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
  return filePath;
}
