import path from 'node:path';
import type { Cell } from '../../app/contract/wire.ts';
import { toCell } from './cells.ts';
import { openSession, type Session, text } from './duckdb-session.ts';

const KEPT_SESSIONS = 4;

/** Sessions that may read one folder each, kept open because a page is asked for at every turn of a scroll wheel. */
export class PageReader {
  readonly #sessions = new Map<string, Promise<Session>>();

  /** See `Tables.page`. */
  async page(parquetPath: string, offset: number, limit: number): Promise<Cell[][]> {
    const { connection } = await this.#session(path.dirname(parquetPath));
    const first = Math.trunc(offset);
    const result = await connection.runAndReadAll(
      `SELECT * EXCLUDE (file_row_number) FROM read_parquet(${text(parquetPath)}, file_row_number = true)
       WHERE file_row_number >= ${first} AND file_row_number < ${first + Math.trunc(limit)} ORDER BY file_row_number`,
    );
    return result.getRows().map((row) => row.map(toCell));
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === 'fulfilled') session.value.close();
    }
  }

  #session(folder: string): Promise<Session> {
    const known = this.#sessions.get(folder);
    if (known) return known;
    const oldest = this.#sessions.size >= KEPT_SESSIONS ? [...this.#sessions][0] : undefined;
    if (oldest) {
      this.#sessions.delete(oldest[0]);
      void oldest[1].then((session) => session.close());
    }
    const opened = openSession({ folders: [folder] });
    this.#sessions.set(folder, opened);
    opened.catch(() => this.#sessions.delete(folder));
    return opened;
  }
}
