import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlTable } from '../../test/support/sql-table.ts';
import type { PageRequest } from './page-table.ts';
import { createTables } from './tables.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-pages-'));
const tables = createTables();
let files = 0;

afterAll(async () => {
  await tables.close();
  expect(fs.readdirSync(folder).filter((name) => !name.endsWith('.parquet'))).toEqual([]);
  fs.rmSync(folder, { recursive: true });
});

const table = (query: string) => sqlTable(path.join(folder, `table-${++files}.parquet`), query, 2048);
const page = (parquetPath: string, more: Partial<PageRequest>, signal?: AbortSignal) =>
  tables.browse(
    { parquetPath, offset: 0, limit: 3, columns: null, choice: null, words: false, ...more },
    signal,
  );
const where = (column: string, is: string, value: unknown = null) =>
  ({ where: [{ column, is, value }], orderBy: null }) as PageRequest['choice'];
const sorted = (column: string, descending = false) => ({ where: [], orderBy: { column, descending } });

const numbers = table(
  `SELECT i AS id, (i * 7919) % 10007 AS mixed, CASE WHEN i % 3 > 0 THEN 'Word ' || i END AS w, TIMESTAMP '2026-01-01' + INTERVAL (i) MINUTE AS time, i % 2 = 0 AS even FROM range(10007) t(i)`,
);

describe('a page of a table', () => {
  it('has the rows from any offset, and fewer at the end', async () => {
    expect(await page(await numbers, { offset: 9000, columns: ['id'] })).toEqual({
      rows: [[9000], [9001], [9002]],
      rowNumbers: [9000, 9001, 9002],
      totalRows: 10007,
      matchingRows: 10007,
    });
    expect((await page(await numbers, { offset: 10006 })).rowNumbers).toEqual([10006]);
    expect((await page(await numbers, { offset: 20000 })).rows).toEqual([]);
  });

  it('has the columns that were asked for, in that order', async () => {
    expect((await page(await numbers, { columns: ['even', 'id'], limit: 1 })).rows).toEqual([[true, 0]]);
    await expect(page(await numbers, { columns: ['evens'] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: 'Did you mean the column "even"?',
    });
  });

  it('has all columns of a table of thousands, in their order', { timeout: 120_000 }, async () => {
    const columns = Array.from({ length: 3000 }, (_, index) => `i * ${index} AS c${index}`);
    const wide = await table(`SELECT ${columns.join(', ')} FROM range(5000) t(i)`);
    const { rows, rowNumbers } = await page(wide, { offset: 4000, limit: 100 });
    expect(rowNumbers).toEqual(Array.from({ length: 100 }, (_, row) => 4000 + row));
    expect(rows[7]).toEqual(Array.from({ length: 3000 }, (_, index) => 4007 * index));
  });

  it('is sorted, from any offset, with missing values last either way', async () => {
    const ascending = await page(await numbers, {
      choice: sorted('mixed'),
      offset: 5000,
      columns: ['mixed'],
    });
    expect(ascending).toMatchObject({ rows: [[5000], [5001], [5002]], matchingRows: 10007 });
    const descending = await page(await numbers, { choice: sorted('mixed', true), columns: ['mixed'] });
    expect(descending.rows).toEqual([[10006], [10005], [10004]]);
    for (const direction of [true, false]) {
      const last = await page(await numbers, {
        choice: sorted('w', direction),
        offset: 10004,
        columns: ['w'],
      });
      expect(last.rows).toEqual([[null], [null], [null]]);
    }
  });

  it.each([
    ['id', 'at least', 10005, [10005, 10006]],
    ['id', 'less', '2', [0, 1]],
    ['w', 'contains', 'WORD 1000', [1000, 10000, 10001, 10003, 10004, 10006]],
    ['w', 'equal', 'Word 4', [4]],
    ['time', 'at most', '2026-01-01T00:01:00Z', [0, 1]],
    ['mixed', 'equal', 0, [0]],
  ])('is filtered: %s %s %s', async (column, is, value, found) => {
    const result = await page(await numbers, { choice: where(column, is, value), limit: 10 });
    expect(result.rowNumbers).toEqual(found);
    expect(result.matchingRows).toBe(found.length);
  });

  it('counts missing values, and rows that differ from a value although they have none', async () => {
    expect((await page(await numbers, { choice: where('w', 'missing') })).matchingRows).toBe(3336);
    expect((await page(await numbers, { choice: where('w', 'present') })).matchingRows).toBe(6671);
    expect((await page(await numbers, { choice: where('w', 'not equal', 'Word 1') })).matchingRows).toBe(
      10006,
    );
    expect((await page(await numbers, { choice: where('even', 'equal', true) })).matchingRows).toBe(5004);
  });

  it('cannot be filtered by a value that does not fit, and by none that is SQL', async () => {
    for (const [column, value] of [
      ['id', 'x'],
      ['id', null],
      ['time', 'soon'],
      ['even', 1],
    ] as const) {
      await expect(page(await numbers, { choice: where(column, 'equal', value) })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
    expect((await page(await numbers, { choice: where('w', 'equal', "' OR true --") })).rows).toEqual([]);
  });

  it('of a table with a column called as DuckDB calls the number of a row has the right rows', async () => {
    const path = await table('SELECT 5000 - i AS file_row_number, i AS id FROM range(5000) t(i)');
    expect(await page(path, { offset: 4000, limit: 1 })).toMatchObject({
      rows: [[1000, 4000]],
      rowNumbers: [4000],
    });
  });

  it('of 2,000 columns is read a part at a time', async () => {
    const wide = Array.from({ length: 2000 }, (_, c) => `i + ${c} AS c${c}`).join(', ');
    const path = await table(`SELECT ${wide} FROM range(500) t(i)`);
    expect((await page(path, { offset: 400, limit: 1, columns: ['c1999', 'c0'] })).rows).toEqual([
      [2399, 400],
    ]);
    expect((await page(path, { offset: 400, limit: 1 })).rows[0]).toHaveLength(2000);
  });

  it('stays right when more choices are looked at than are kept', async () => {
    for (let round = 0; round < 2; round++) {
      for (let least = 0; least < 5; least++) {
        const { rowNumbers } = await page(await numbers, {
          choice: where('id', 'at least', least),
          limit: 1,
        });
        expect(rowNumbers).toEqual([least]);
      }
    }
  });
});
