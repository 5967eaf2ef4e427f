import type { ExportFormat } from '../../../app/contract/data-sql.contract.ts';
import { ChunkFreer } from '../free-chunks.ts';
import type { Look } from '../looking/look.ts';
import { ResultFile } from './result-file.ts';
import { type VersionQuery, withVersionQuery } from './version-session.ts';

/** Rows between two reports. */
const REPORT_ROWS = 200_000;

/** Write all that a query gives to a file, which is flushed to the disk. */
export async function exportVersionQuery(
  asked: VersionQuery & { readonly filePath: string; readonly format: ExportFormat },
  { signal: aborted, progress }: Pick<Look, 'signal' | 'progress'>,
): Promise<{ rows: number; sizeBytes: number }> {
  return await withVersionQuery(asked, aborted, async (statement, signal) => {
    const result = await statement.stream();
    const file = await ResultFile.open(
      asked.filePath,
      result.columnNames(),
      result.columnTypes(),
      `${asked.spillFolder}.result`,
    );
    const interrupt = () => file.interrupt();
    try {
      const freer = new ChunkFreer();
      let reported = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        signal.throwIfAborted();
        if (!chunk || chunk.rowCount === 0) break;
        file.append(chunk);
        await freer.done();
        if (file.rows - reported >= REPORT_ROWS) {
          reported = file.rows;
          progress(0.5, `${reported.toLocaleString('en')} rows`);
        }
      }
      progress(0.8, `Writing ${file.rows.toLocaleString('en')} rows`);
      signal.addEventListener('abort', interrupt);
      return { rows: file.rows, sizeBytes: await file.write(asked.format) };
    } finally {
      signal.removeEventListener('abort', interrupt);
      await file[Symbol.asyncDispose]();
    }
  });
}
