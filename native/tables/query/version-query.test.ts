import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlTable } from '../../../test/support/sql-table.ts';
import { createTableInspector } from '../looking/table-inspector.ts';
import { PageReader } from '../page-table.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-sql-'));
const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-outside-'));
const inspector = createTableInspector();
const tablePath = path.join(folder, 'digits.parquet');
const secret = path.join(outside, 'secret.csv');
let files = 0;

beforeAll(async () => {
  await sqlTable(tablePath, `SELECT i AS id, i % 10 AS label, 'word ' || i AS w FROM range(3000) t(i)`);
  fs.writeFileSync(secret, 'password\nhunter2\n');
});
afterAll(async () => {
  await inspector.close();
  for (const each of [folder, outside]) fs.rmSync(each, { recursive: true });
});

function asked(query: string, more: Partial<Parameters<typeof inspector.query>[0]> = {}) {
  const number = ++files;
  return {
    tables: [
      { name: 'digits', path: tablePath },
      { name: 'digits@2', path: tablePath },
    ],
    known: ['digits'],
    query,
    timeLimitMs: 60_000,
    spillFolder: path.join(folder, `spill-${number}`),
    limit: 100,
    mostRows: 1000,
    resultPath: path.join(folder, `result-${number}.parquet`),
    ...more,
  };
}
const answer = (query: string) => inspector.query(asked(query));

describe('a query over versions', () => {
  it('reads tables by their names', async () => {
    const { columns, rows, totalRows } = await answer(
      'SELECT label, count(*) AS n, avg(id) AS mean FROM digits JOIN "digits@2" USING (id, label) GROUP BY label ORDER BY label LIMIT 2',
    );
    expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'label integer',
      'n integer',
      'mean number',
    ]);
    expect([totalRows, rows]).toEqual([
      2,
      [
        [0, 300, 1495],
        [1, 300, 1496],
      ],
    ]);
  });

  it.each([
    ['DESCRIBE digits', 3],
    ['SUMMARIZE digits', 3],
    ['FROM digits LIMIT 4', 4],
    ['WITH d AS (FROM digits) SELECT max(id) FROM d', 1],
    ['PIVOT (SELECT label FROM digits) ON label USING count(*)', 1],
    ['SELECT * FROM range(5)', 5],
    ['SELECT unnest([1, 2, 3]) -- a remark', 3],
    ['VALUES (1), (2);', 2],
  ])('%s is one', async (query, rows) => {
    expect((await answer(query)).totalRows).toBe(rows);
  });

  it('gives its first rows, and keeps the others in a file whose pages go on where they end', async () => {
    const query = asked('SELECT id, id AS ID, [id] AS list, 0 / 0.0 AS nan FROM digits ORDER BY id DESC');
    const { rows, totalRows, truncated, columns } = await inspector.query(query);
    expect([rows.length, totalRows, truncated]).toEqual([100, 1000, true]);
    expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'id integer',
      'ID_2 integer',
      'list other',
      'nan number',
    ]);
    const pages = new PageReader();
    const request = {
      parquetPath: query.resultPath,
      offset: 100,
      limit: 2,
      columns: null,
      choice: null,
      words: true,
    };
    const page = await pages.read(request, new AbortController().signal);
    await pages.close();
    expect(rows[99]).toEqual([2900, 2900, '[2900]', 'NaN']);
    expect(page).toMatchObject({
      totalRows: 1000,
      rows: [
        [2899, 2899, '[2899]', 'NaN'],
        [2898, 2898, '[2898]', 'NaN'],
      ],
    });
  });

  it('writes no file where its rows fit the first page', async () => {
    const query = asked('FROM digits LIMIT 100');
    expect(await inspector.query(query)).toMatchObject({ totalRows: 100, truncated: false });
    expect(fs.existsSync(query.resultPath)).toBe(false);
  });

  it('that names no table is told which there are', async () => {
    await expect(answer('FROM digit')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: 'Did you mean "digits"?',
    });
    await expect(answer('SELECT nothing FROM digits')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('ends at its time limit, and when it is cancelled', async () => {
    const endless = 'SELECT count(*) FROM range(100000000000) a(i) WHERE i % 7 = 3';
    await expect(inspector.query(asked(endless, { timeLimitMs: 300 }))).rejects.toMatchObject({
      code: 'TIME_LIMIT',
    });
    const abort = new AbortController();
    const cancelled = inspector.query(asked(endless), abort.signal).catch((error: Error) => error);
    setTimeout(() => abort.abort(), 300);
    expect(await cancelled).toMatchObject({ name: 'AbortError' });
  });

  it('that wants more memory than it may use is refused, and the process stays small', async () => {
    const before = process.memoryUsage().rss;
    for (const query of [
      'SELECT list(i) FROM range(100000000) t(i)',
      "SELECT length(string_agg(repeat('x', 1000), '')) FROM range(3000000)",
    ]) {
      await expect(answer(query)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(700_000_000);
  });
});

describe('a query from outside', () => {
  const quoted = (file: string) => `'${file}'`;

  it.each([
    `SELECT * FROM read_csv(${quoted(secret)})`,
    `SELECT * FROM read_text(${quoted(secret)})`,
    `SELECT * FROM ${quoted(secret)}`,
    `SELECT * FROM "${secret}"`,
    `SELECT * FROM glob(${quoted(`${outside}/*`)})`,
    `SELECT * FROM read_parquet(${quoted(tablePath)})`,
    `SELECT * FROM parquet_metadata(${quoted(tablePath)})`,
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    `SELECT * FROM query('SELECT * FROM read_text(''${secret}'')')`,
    `SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''${secret}'')'))`,
    'SELECT * FROM duckdb_settings()',
    "SELECT current_setting('allowed_paths')",
    "SELECT getenv('HOME')",
  ])('%s reads nothing', async (query) => {
    const error = await answer(query).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(String(error)).not.toContain('hunter2');
  });

  it.each([
    `COPY digits TO ${quoted(path.join(outside, 'copy.csv'))}`,
    `COPY (SELECT 1 AS id) TO ${quoted(tablePath)} (FORMAT parquet)`,
    `EXPLAIN ANALYZE COPY (SELECT 1 AS id) TO ${quoted(tablePath)} (FORMAT parquet, USE_TMP_FILE false)`,
    `EXPORT DATABASE ${quoted(outside)}`,
    `ATTACH ${quoted(path.join(outside, 'x.db'))}`,
    `ATTACH ':memory:' AS other`,
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    'RESET memory_limit',
    'PRAGMA database_list',
    'CALL pragma_version()',
    'CREATE TABLE x AS SELECT 1',
    'CREATE MACRO f() AS 1',
    'DROP VIEW digits',
    'INSERT INTO digits VALUES (1, 1, 1)',
    'DELETE FROM digits',
    'PREPARE p AS SELECT 1',
    'SELECT 1; SELECT 2',
    'SELECT 1; DROP VIEW digits',
    "CREATE TYPE x AS ENUM ('a'); SELECT * FROM enable_logging()",
    'BEGIN',
    'CHECKPOINT',
    'VACUUM',
    '-- nothing',
    ';',
  ])('%s does nothing', async (query) => {
    await expect(answer(query)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(fs.readdirSync(outside)).toEqual(['secret.csv']);
    expect((await answer('SELECT count(*) FROM digits')).rows).toEqual([[3000]]);
  });

  // What a SELECT may call could otherwise write files, or end the whole process when its DuckDB is closed.
  it.each([
    `SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_config = {'path': ${quoted(outside)}})`,
    'SELECT * FROM "Enable_Logging"()',
    'SELECT (SELECT count(*) FROM main.enable_logging())',
    'WITH a AS (SELECT * FROM system.main.enable_logging()) FROM a',
    'FROM digits WHERE id IN (SELECT 1 FROM enable_profiling())',
    'PIVOT (SELECT * FROM enable_logging()) ON 1',
    'PIVOT digits ON label USING count(*), any_value((SELECT 1 FROM force_checkpoint()))',
    "SELECT write_log('x')",
  ])('%s changes nothing', async (query) => {
    await expect(answer(query)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(fs.readdirSync(outside)).toEqual(['secret.csv']);
  });

  it.each(['(', '[', 'NOT ', '- ', 'SELECT '])('of 50,000 times %s is refused', async (part) => {
    await expect(answer(`SELECT ${part.repeat(50_000)}`)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('an export', () => {
  it.each([
    ['csv', 'id,label,w\n0,0,word 0\n1,1,word 1\n'],
    ['jsonl', '{"id":0,"label":0,"w":"word 0"}\n{"id":1,"label":1,"w":"word 1"}\n'],
  ] as const)('writes %s', async (format, text) => {
    const filePath = path.join(folder, `out.${format}`);
    const query = asked('FROM digits ORDER BY id LIMIT 2');
    expect(await inspector.export({ ...query, filePath, format })).toEqual({
      rows: 2,
      sizeBytes: text.length,
    });
    expect(fs.readFileSync(filePath, 'utf8')).toBe(text);
  });

  it('writes Parquet with all rows and their types', async () => {
    const filePath = path.join(folder, 'out.parquet');
    const all = 'SELECT *, id::DECIMAL(10, 2) AS d, NULL AS nothing FROM digits';
    expect(await inspector.export({ ...asked(all), filePath, format: 'parquet' })).toMatchObject({
      rows: 3000,
    });
    const read = asked('SELECT count(*), sum(d), count(nothing) FROM "out"', {
      tables: [{ name: 'out', path: filePath }],
    });
    expect((await inspector.query(read)).rows).toEqual([[3000, 4_498_500, 0]]);
  });

  it('that is cancelled leaves its spill folder behind as it found it', async () => {
    const abort = new AbortController();
    const query = asked('SELECT a.i, b.i AS j FROM range(100000) a(i), range(100000) b(i)');
    const filePath = path.join(folder, 'cancelled.parquet');
    const onProgress = () => abort.abort();
    const exported = inspector.export(
      { ...query, filePath, format: 'parquet' },
      { signal: abort.signal, onProgress },
    );
    await expect(exported).rejects.toMatchObject({ name: 'AbortError' });
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('spill'))).toEqual([]);
  });
});
