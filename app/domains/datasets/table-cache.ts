import fs from 'node:fs';
import path from 'node:path';
import type { VersionFile } from '../../contract/datasets.contract.ts';
import type { Digest } from '../../contract/ids.ts';
import type { Progress } from '../../contract/wire.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { syncFolder } from '../../kernel/durable-file.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Tables } from '../../kernel/ports/tables.ts';
import type { WorkspaceFolders } from '../../kernel/workspace-folders.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

const PARTIAL = '.part';
const tableExtensions: ReadonlySet<string> = new Set([
  '.csv',
  '.tsv',
  '.tab',
  '.jsonl',
  '.ndjson',
  '.parquet',
]);

/** Whether files may be one table: all of one table format. Whether they share columns shows when they are read. */
export function mayBeTable(names: readonly string[]): boolean {
  const extensions = new Set(names.map((name) => path.extname(name).toLowerCase()));
  const [extension = ''] = extensions;
  return extensions.size === 1 && tableExtensions.has(extension);
}

/** Whether files could not become a table only because each is a table of its own. */
export function isColumnsDiffer(error: unknown): boolean {
  return error instanceof AppError && error.details.fault === 'columns-differ';
}

type Table = Awaited<ReturnType<Tables['convert']>>;

/** The Parquet files that tables are read from: made from objects, named by manifest, made again if they are gone. */
export function createTableCache(folders: WorkspaceFolders, objects: ObjectStore, tables: Tables) {
  const making = new Map<Digest, Promise<Table>>();
  sweep(path.dirname(folders.table('0'.repeat(64) as Digest)));

  async function make(
    manifest: Digest,
    files: readonly VersionFile[],
    options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<Table> {
    const target = folders.table(manifest);
    const temporary = `${target}.${newId()}${PARTIAL}`;
    const sources = files.map((file) => ({ path: objects.path(file.digest), name: file.path }));
    try {
      await fs.promises.mkdir(path.dirname(target), { recursive: true });
      const table = await tables.convert(sources, temporary, options);
      const written = await fs.promises.open(temporary, 'r+');
      await written.sync().finally(() => written.close());
      await fs.promises.rename(temporary, target);
      await syncFolder(path.dirname(target));
      return table;
    } catch (error) {
      throw fromSystemError(error, path.dirname(target));
    } finally {
      await fs.promises.rm(temporary, { force: true });
    }
  }

  return {
    make,
    /** The table's file; it is made again if it is missing, once for all who ask meanwhile. */
    async ensure(manifest: Digest, files: () => Promise<readonly VersionFile[]>): Promise<string> {
      const target = folders.table(manifest);
      if (fs.existsSync(target)) return target;
      let made = making.get(manifest);
      if (!made) {
        made = files()
          .then((list) => make(manifest, list, {}))
          .finally(() => making.delete(manifest));
        making.set(manifest, made);
      }
      await made;
      return target;
    },
  };
}

/** Remove what an interrupted conversion left; nothing else writes here before the host is up. */
function sweep(folder: string): void {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    if (/[.](part|spill)$/.test(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
