import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSession, text } from '../../tables/duckdb-session.ts';
import type { TableColumn, TableValue } from '../table/table-values.ts';
import { ParquetFile } from './parquet-file.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-parquet-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Write batches of one column. */
async function written(columns: readonly TableColumn[], batches: readonly (readonly TableValue[])[][]) {
  const at = path.join(folder, 'table.parquet');
  const file = await ParquetFile.create(at, columns);
  try {
    for (const batch of batches) await file.add(batch, batch[0]!.length);
    return { at, columns: await file.end(), rows: file.rows };
  } finally {
    await file.close();
  }
}

/** What DuckDB reads, cells as texts. @param sql with FILE for the path */
async function read(
  at: string,
  sql = 'SELECT COLUMNS(*)::VARCHAR FROM read_parquet(FILE)',
): Promise<unknown[][]> {
  const { connection, close } = await openSession({ files: [at] });
  try {
    return (await connection.runAndReadAll(sql.replace('FILE', text(at)))).getRows();
  } finally {
    close();
  }
}

describe('a Parquet file written from JavaScript', () => {
  it('gives every type of column back, with what is missing', async () => {
    const columns: TableColumn[] = [
      { name: 'small', type: 'int32' },
      { name: 'large', type: 'int64' },
      { name: 'number', type: 'double' },
      { name: 'flag', type: 'boolean' },
      { name: 'a "text", ünïcode', type: 'text' },
      { name: 'time', type: 'time' },
    ];
    const { at } = await written(columns, [
      [
        [-1, 2_147_483_647, null],
        [-9_223_372_036_854_775_808n, 9_007_199_254_740_991, -4_294_967_297],
        [Number.NaN, -0.5, 1e300],
        [true, null, false],
        ['', 'Grüße 🌍', null],
        [0n, 1_769_860_800_123_456n, null],
      ],
    ]);
    expect(await read(at)).toEqual([
      ['-1', '-9223372036854775808', null, 'true', '', '1970-01-01 00:00:00'],
      ['2147483647', '9007199254740991', '-0.5', null, 'Grüße 🌍', '2026-01-31 12:00:00.123456'],
      [null, '-4294967297', '1e+300', 'false', null, null],
    ]);
    expect(
      (await read(at, 'DESCRIBE SELECT * FROM read_parquet(FILE)')).map(([name, type]) => [name, type]),
    ).toEqual([
      ['small', 'BIGINT'],
      ['large', 'BIGINT'],
      ['number', 'DOUBLE'],
      ['flag', 'BOOLEAN'],
      ['a "text", ünïcode', 'VARCHAR'],
      ['time', 'TIMESTAMP'],
    ]);
  });

  it('keeps the order of rows over many groups, and says of each what its ends are', async () => {
    const step = 2000;
    const batches = Array.from({ length: 150 }, (_, batch) => {
      const numbers = Array.from({ length: step }, (_value, row) => batch * step + row);
      return [numbers, numbers.map((number) => (number % 3 === 0 ? null : number / 2)), numbers.map(String)];
    });
    const { at, rows } = await written(
      [
        { name: 'n', type: 'int64' },
        { name: 'half', type: 'double' },
        { name: 'word', type: 'text' },
      ],
      batches,
    );
    expect(rows).toBe(300_000);
    const facts = `SELECT count(*) FILTER (n <> file_row_number OR word <> n::VARCHAR)::INT, count(half)::INT FROM read_parquet(FILE)`;
    expect(await read(at, facts)).toEqual([[0, 200_000]]);
    const groups = await read(
      at,
      `SELECT stats_min_value, stats_max_value, stats_null_count::INT FROM parquet_metadata(FILE) WHERE path_in_schema = 'half' ORDER BY row_group_id`,
    );
    expect(groups).toEqual([
      ['0.5', '61999.0', 41_334],
      ['62000.0', '123999.5', 41_333],
      ['124000.0', '149999.5', 17_333],
    ]);
  });

  it('writes a group of long texts before they fill the memory', async () => {
    const long = 'x'.repeat(1_000_000);
    const batches = Array.from({ length: 120 }, (_, row) => [[`${row} ${long}`]]);
    const { at } = await written([{ name: 'document', type: 'text' }], batches);
    const lengths = await read(
      at,
      'SELECT count(*)::INT, min(length(document))::INT FROM read_parquet(FILE)',
    );
    expect(lengths).toEqual([[120, 1_000_002]]);
    const [[groups]] = (await read(at, 'SELECT num_row_groups::INT FROM parquet_file_metadata(FILE)')) as [
      [number],
    ];
    expect(groups).toBeGreaterThan(1);
  });

  it('calls a column of flags without any a column of texts, and counts infinite numbers', async () => {
    const { at, columns } = await written(
      [
        { name: 'never', type: 'boolean' },
        { name: 'endless', type: 'double' },
      ],
      [
        [
          [null, null, null],
          [Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY],
        ],
      ],
    );
    expect(columns).toEqual([
      { name: 'never', type: 'text', infinities: 0 },
      { name: 'endless', type: 'double', infinities: 2 },
    ]);
    expect(await read(at)).toEqual([
      [null, 'inf'],
      [null, '1.0'],
      [null, '-inf'],
    ]);
  });

  it('says that the disk is full', async () => {
    await expect(ParquetFile.create('/dev/full', [{ name: 'a', type: 'text' }])).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
  });
});
