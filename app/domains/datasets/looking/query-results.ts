import fs from 'node:fs';
import path from 'node:path';
import type { SqlResultId } from '../../../contract/data-sql.contract.ts';
import type { Cell } from '../../../contract/wire.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { WorkspaceFolders } from '../../../kernel/workspace-folders.ts';

/** Results whose pages can be read; the oldest make room. */
const KEPT_RESULTS = 8;

interface KeptResult {
  readonly path: string;
  readonly totalRows: number;
  /** All of them, where they were few enough to need no file. */
  readonly rows: readonly (readonly Cell[])[] | null;
}

/** Results of queries that were longer than their first page, as files in the cache. They live as long as the host. */
export function createQueryResults(folders: Pick<WorkspaceFolders, 'cache'>) {
  const folder = path.join(folders.cache, 'sql');
  const kept = new Map<SqlResultId, KeptResult>();
  // What an earlier host kept: nobody knows its names any more.
  fs.rmSync(folder, { recursive: true, force: true });

  return {
    folder,
    /** Where a new result may be written. */
    async next(): Promise<{ id: SqlResultId; path: string }> {
      await fs.promises.mkdir(folder, { recursive: true });
      const id = newId<SqlResultId>();
      return { id, path: path.join(folder, `${id}.parquet`) };
    },
    async keep(id: SqlResultId, result: KeptResult): Promise<void> {
      kept.set(id, result);
      for (const [oldest, { path: file }] of kept) {
        if (kept.size <= KEPT_RESULTS) break;
        kept.delete(oldest);
        await fs.promises.rm(file, { force: true });
      }
    },
    get(id: SqlResultId): KeptResult {
      const known = kept.get(id);
      if (known) return known;
      throw new AppError('NOT_FOUND', 'The result of this query is not kept any more.', {
        nextStep: 'Run the query again.',
        details: { result: id },
      });
    },
  };
}

export type QueryResults = ReturnType<typeof createQueryResults>;
