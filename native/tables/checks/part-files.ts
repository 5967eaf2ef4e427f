import fs from 'node:fs';
import path from 'node:path';
import { filesOfPart, partName } from '../../../app/contract/data-splits.ts';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import type { FilesOfRows, PartView } from '../../../app/kernel/ports/data-checks.ts';
import { identifier } from '../duckdb-session.ts';
import { streamChunks } from './stream-numbers.ts';
import { withTable } from './table-view.ts';
import type { Watch } from './watch.ts';

/** Written at once, so that a million names are not a million calls. */
const BUFFER_CHARACTERS = 256 * 1024;

/**
 * Write `<name>.files.jsonl` for each view: the file that each of its rows stands for, a JSON text to a line, in the order of `<name>.npy`;
 * `null` for a row without one. Flushed to the disk.
 */
export async function writeFileNames(
  assignment: Uint8Array,
  views: readonly PartView[],
  folder: string,
  { tablePath, column }: FilesOfRows,
  watch: Watch,
): Promise<void> {
  const lists: ListFile[] = [];
  const listOf: (ListFile | undefined)[] = [];
  try {
    for (const { name, of } of views) {
      const list = openList(path.join(folder, filesOfPart(partName.parse(name))));
      lists.push(list);
      for (const part of of) listOf[part] = list;
    }
    await withTable(tablePath, [], watch.signal, (table) =>
      streamChunks(
        table,
        `SELECT ${table.rowColumn}::UINTEGER, ${identifier(column)}::VARCHAR FROM ${table.numbered} ORDER BY ${table.rowColumn}`,
        [watch, 'Writing names of files'],
        (chunk) => {
          const [places, files] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
          const { rowCount } = chunk;
          for (let index = 0; index < rowCount; index++) {
            const part = assignment[places.getItem(index) as number]!;
            listOf[part]?.add(files.getItem(index) as string | null);
          }
        },
      ),
    );
    for (const list of lists) list.finish();
  } catch (error) {
    throw fromSystemError(error, folder);
  } finally {
    for (const list of lists) list.close();
  }
}

interface ListFile {
  add(file: string | null): void;
  /** What is left, flushed to the disk. */
  finish(): void;
  close(): void;
}

/** In a thread of its own nobody waits for a write, and a chunk's rows need no promises. */
function openList(file: string): ListFile {
  const descriptor = fs.openSync(file, 'wx', 0o600);
  let waiting = '';
  const write = () => {
    fs.writeFileSync(descriptor, waiting);
    waiting = '';
  };
  return {
    add(name) {
      waiting += `${JSON.stringify(name)}\n`;
      if (waiting.length >= BUFFER_CHARACTERS) write();
    },
    finish() {
      write();
      fs.fsyncSync(descriptor);
    },
    close: () => fs.closeSync(descriptor),
  };
}
