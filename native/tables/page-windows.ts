import type { Cell } from '../../app/contract/wire.ts';

/** Windows of choices that are kept, and what one of them may hold. */
const KEPT_WINDOWS = 6;
const MOST_ROWS = 1000;
const MOST_CELLS = 50_000;
/** Of the file; in memory they are several times as many. */
const MOST_FILE_BYTES = 2 * 1024 * 1024;

export interface WindowRows {
  readonly rows: readonly Cell[][];
  readonly rowNumbers: readonly number[];
}

/**
 * Rows of filtered and sorted tables, read more at a time than a page has: such rows lie all over the file, and reading a thousand of them costs
 * hardly more than reading a hundred.
 */
export class PageWindows {
  readonly #kept = new Map<string, Promise<WindowRows>>();

  /**
   * Rows [from, to), by windows that are read where they are not kept.
   *
   * @param key names what is read, but for its place
   * @param rowBytes of a row in the file, about
   * @param read the rows of a choice at [from, to), fewer at its end
   */
  async rows(
    key: string,
    [from, to]: readonly [number, number],
    { columns, rowBytes }: { readonly columns: number; readonly rowBytes: number },
    read: (from: number, to: number) => Promise<WindowRows>,
  ): Promise<WindowRows> {
    const fitting = Math.min(
      MOST_ROWS,
      MOST_CELLS / Math.max(1, columns),
      MOST_FILE_BYTES / Math.max(1, rowBytes),
    );
    const length = Math.floor(fitting);
    if (length < to - from) return await read(from, to);
    const rows: Cell[][] = [];
    const rowNumbers: number[] = [];
    for (let start = from - (from % length); start < to; start += length) {
      const window = await this.#window(`${key} ${start}`, () => read(start, start + length));
      const part = [Math.max(0, from - start), to - start] as const;
      rows.push(...window.rows.slice(...part));
      rowNumbers.push(...window.rowNumbers.slice(...part));
    }
    return { rows, rowNumbers };
  }

  #window(key: string, read: () => Promise<WindowRows>): Promise<WindowRows> {
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    const window = known ?? read();
    this.#kept.set(key, window);
    window.catch(() => this.#kept.delete(key));
    if (this.#kept.size > KEPT_WINDOWS) this.#kept.delete([...this.#kept.keys()][0]!);
    return window;
  }
}
