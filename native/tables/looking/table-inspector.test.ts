import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlTable } from '../../../test/support/sql-table.ts';
import { createTableInspector } from './table-inspector.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lathe looks '1' "));
const inspector = createTableInspector();
let files = 0;

afterAll(async () => {
  await inspector.close();
  expect(fs.readdirSync(folder).filter((name) => !name.endsWith('.parquet'))).toEqual([]);
  fs.rmSync(folder, { recursive: true });
});

const table = (query: string) => sqlTable(path.join(folder, `table-${++files}.parquet`), query);
const spill = () => path.join(folder, `spill-${++files}`);

describe('statistics', () => {
  it('tell numbers, texts, times and booleans apart', async () => {
    const [number, words, time, flag] = await inspector.statistics(
      await table(`SELECT * FROM (VALUES
        (1, 'a', TIMESTAMP '2026-01-01', true), (2, ' ', TIMESTAMP '2026-01-02', false), (3, 'abcd', NULL, true),
        (NULL, 'a', TIMESTAMP '2026-01-03', NULL), (-4, '', TIMESTAMP '2026-01-01', true)) AS v(n, w, t, f)`),
      spill(),
    );
    expect(number).toMatchObject({
      type: 'integer',
      count: 4,
      missing: 1,
      distinct: 4,
      exact: true,
      text: null,
    });
    expect(number!.numeric).toMatchObject({ min: -4, max: 3, mean: 0.5, zeros: 0, negatives: 1 });
    expect(number!.numeric!.std).toBeCloseTo(Math.sqrt(7.25), 14);
    expect(number!.numeric!.quantiles.find(({ at }) => at === 0.5)).toEqual({ at: 0.5, value: 1.5 });
    expect(words!.text).toMatchObject({ minLength: 0, maxLength: 4, meanLength: 1.4, blank: 2 });
    expect(words!.top[0]).toEqual({ value: 'a', count: 2 });
    expect(time!.time).toMatchObject({ firstMs: Date.UTC(2026, 0, 1), lastMs: Date.UTC(2026, 0, 3) });
    expect(time!.time!.histogram.reduce((sum, bin) => sum + bin.count, 0)).toBe(4);
    expect(flag).toMatchObject({
      type: 'boolean',
      missing: 1,
      top: [
        { value: true, count: 3 },
        { value: false, count: 1 },
      ],
    });
  });

  it('of a column of nothing are no statistics', async () => {
    const [column] = await inspector.statistics(
      await table('SELECT NULL::DOUBLE AS x FROM range(5)'),
      spill(),
    );
    expect(column).toMatchObject({ count: 0, missing: 5, distinct: 0, numeric: null, top: [] });
  });

  it('count few distinct values exactly where a table is too long for all of them', async () => {
    const path = await table('SELECT i % 1000 AS few, i AS many, i % 3 = 0 AS flag FROM range(1100000) t(i)');
    const [few, many] = await inspector.statistics(path, spill());
    expect(few).toMatchObject({ distinct: 1000, exact: false });
    expect(Math.abs(many!.distinct - 1_100_000)).toBeLessThan(0.15 * 1_100_000);
    expect(Math.abs(many!.numeric!.quantiles[3]!.value - 550_000)).toBeLessThan(11_000);
    expect(few!.top).toHaveLength(10);
  });

  it('are told while they are made, and end when they are cancelled', async () => {
    const path = await table('SELECT i AS a, i + 1 AS b, i + 2 AS c FROM range(3000000) t(i)');
    const abort = new AbortController();
    const told: string[] = [];
    const onProgress = (_: number, message: string) => {
      told.push(message);
      abort.abort();
    };
    const error = await inspector
      .statistics(path, spill(), { signal: abort.signal, onProgress })
      .catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(told[0]).toBe('Profiled 0 of 3 columns');
  });

  it('of a file that is no table are refused', async () => {
    const damaged = path.join(folder, 'damaged.parquet');
    fs.writeFileSync(damaged, 'PAR1 this is none');
    await expect(inspector.statistics(damaged, spill())).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

describe('classes', () => {
  it('are counted, with their balance', async () => {
    const path = await table(
      `SELECT CASE WHEN i < 75 THEN 'cat' WHEN i < 100 THEN 'dog' END AS label FROM range(104) t(i)`,
    );
    const balance = await inspector.classes(path, 'label', spill());
    expect(balance).toMatchObject({ rows: 104, missing: 4, distinct: 2, imbalance: 3 });
    expect(balance.classes).toEqual([
      { value: 'cat', count: 75, share: 0.75 },
      { value: 'dog', count: 25, share: 0.25 },
    ]);
    expect(balance.evenness).toBeCloseTo(-(0.75 * Math.log2(0.75) + 0.25 * Math.log2(0.25)), 14);
  });

  it('of a column that is not there are refused with the one that may be meant', async () => {
    const path = await table('SELECT 1 AS label');
    await expect(inspector.classes(path, 'labels', spill())).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: 'Did you mean the column "label"?',
    });
  });
});

describe('duplicates', () => {
  const text = (i: string) =>
    `'sensor ' || ${i} || ' reports pressure ' || (${i} * 7919 % 1000) || ' and valve ' || (${i} * 104729 % 997)`;

  it('that are equal are counted by their kind, with the rows where they stand', async () => {
    const path = await table(
      `SELECT i AS id, i % 50 AS a, (i % 50) / 4.0 AS b, 'x' || (i % 50) AS c FROM range(120) t(i)`,
    );
    const report = await inspector.duplicates(path, { ignored: ['id'], threshold: null }, spill());
    expect(report).toMatchObject({ rows: 120, comparedColumns: 3, near: null });
    expect(report.exact).toMatchObject({ groups: 50, extraRows: 70 });
    expect(report.exact.examples[0]).toEqual({ count: 3, rowNumbers: [0, 50, 100], cells: [0, 0, 0, 'x0'] });
  });

  it('need all compared columns to be equal', async () => {
    const path = await table('SELECT i AS id, i % 50 AS a FROM range(120) t(i)');
    const report = await inspector.duplicates(path, { ignored: [], threshold: null }, spill());
    expect(report.exact).toEqual({ groups: 0, extraRows: 0, examples: [] });
  });

  it('count a missing value as equal to a missing one, and to nothing else', async () => {
    const path = await table(
      `SELECT * FROM (VALUES (NULL, 'a'), (NULL, 'a'), (0, 'a'), (NULL, '')) AS v(n, w)`,
    );
    const { exact } = await inspector.duplicates(path, { ignored: [], threshold: null }, spill());
    expect(exact).toMatchObject({ groups: 1, extraRows: 1, examples: [{ rowNumbers: [0, 1] }] });
  });

  it('that are nearly equal texts are found, and texts that are not are left', async () => {
    const path = await table(
      `SELECT i AS id, ${text('i')} || ' near the river at ' || i || ' o clock on a day like any other day of the year' AS note FROM range(3000) t(i)
       UNION ALL SELECT 10000 + i, ${text('i')} || ' near the river at ' || i || ' o clock on a day like any other day of this year' FROM range(0, 3000, 100) t(i)`,
    );
    const { near } = await inspector.duplicates(path, { ignored: ['id'], threshold: 0.8 }, spill());
    expect(near!.pairs).toBe(30);
    expect(near!.affectedRows).toBe(60);
    for (const { rowNumbers, similarity, cells } of near!.examples) {
      expect(cells[1][0]).toBe(10000 + Number(cells[0][0]));
      expect(rowNumbers[1]).toBe(3000 + Number(cells[0][0]) / 100);
      expect(similarity).toBeGreaterThan(0.8);
    }
  });

  it('that are nearly equal numbers are found among rows that are not', async () => {
    const columns = Array.from(
      { length: 12 },
      (_, c) => `(hash(i * 31 + ${c}) % 100000) / 1000.0 AS x${c}`,
    ).join(', ');
    const moved = Array.from({ length: 12 }, (_, c) => `x${c} + 0.01 AS x${c}`).join(', ');
    const path = await table(
      `WITH a AS (SELECT ${columns} FROM range(4000) t(i)) SELECT * FROM a UNION ALL SELECT ${moved} FROM (SELECT * FROM a LIMIT 25)`,
    );
    const { near, exact } = await inspector.duplicates(path, { ignored: [], threshold: 0.85 }, spill());
    expect(exact.groups).toBe(0);
    expect(near!.pairs).toBeGreaterThanOrEqual(22);
    for (const { rowNumbers } of near!.examples) expect(rowNumbers[1] - rowNumbers[0]).toBe(4000);
  });

  it('are not what rows are whose columns hold their usual values', async () => {
    const zeros = Array.from(
      { length: 20 },
      (_, c) => `CASE WHEN i % 20 = ${c} THEN i ELSE 0 END AS z${c}`,
    ).join(', ');
    const path = await table(`SELECT ${zeros} FROM range(1, 400) t(i)`);
    const { near } = await inspector.duplicates(path, { ignored: [], threshold: 0.5 }, spill());
    expect(near).toMatchObject({ pairs: 0 });
  });

  it('cannot be looked for where every column is ignored', async () => {
    const path = await table('SELECT 1 AS a');
    await expect(
      inspector.duplicates(path, { ignored: ['a'], threshold: null }, spill()),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

describe('the difference of two tables', () => {
  const before = `SELECT i AS id, i * 2 AS a, 'w' || (i % 3) AS w, i / 2.0 AS old FROM range(1000) t(i)`;
  const after = `SELECT i AS id, CASE WHEN i % 100 = 3 THEN -1 ELSE i * 2 END AS a, 'w' || (i % 3) AS w, i AS new
    FROM range(5, 1000) t(i) UNION ALL SELECT 2000 + i, 0, 'w9', 0 FROM range(4) t(i)`;

  it('by key has rows that are added, removed and changed, with the cells', async () => {
    const diff = await inspector.difference(await table(before), await table(after), ['id'], spill());
    expect(diff.schema).toMatchObject({
      added: [{ name: 'new', type: 'integer' }],
      removed: [{ name: 'old', type: 'number' }],
      retyped: [],
      reordered: false,
    });
    expect(diff.rows).toMatchObject({
      by: 'key',
      added: 4,
      removed: 5,
      changed: 9,
      unchanged: 986,
      comparedColumns: 3,
    });
    expect(diff.rows.changedColumns).toEqual([{ column: 'a', rows: 9 }]);
    expect(diff.rows.changedExamples[0]).toEqual({
      key: [103],
      beforeRowNumber: 103,
      afterRowNumber: 98,
      changes: [{ column: 'a', before: 206, after: -1 }],
    });
    expect(diff.rows.removedExamples.map(({ cells }) => cells[0])).toEqual([0, 1, 2, 3, 4]);
    expect(diff.rows.addedExamples.map(({ cells }) => cells[0])).toEqual([2000, 2001, 2002, 2003]);
  });

  it('by content is that of two bags of rows', async () => {
    const one = await table('SELECT i % 4 AS a FROM range(10) t(i)');
    const other = await table('SELECT i % 5 AS a FROM range(10) t(i) ORDER BY a DESC');
    const { rows } = await inspector.difference(one, other, null, spill());
    // 0 0 0 1 1 1 2 2 3 3 against 0 0 1 1 2 2 3 3 4 4
    expect(rows).toMatchObject({ by: 'content', added: 2, removed: 2, changed: 0, unchanged: 8 });
  });

  it('is none between a table and itself in another order of rows', async () => {
    const { rows, drift } = await inspector.difference(
      await table(before),
      await table(`SELECT * FROM (${before}) ORDER BY id DESC`),
      null,
      spill(),
    );
    expect(rows).toMatchObject({ added: 0, removed: 0, unchanged: 1000 });
    expect(drift.every(({ psi, level }) => psi < 1e-12 && level === 'none')).toBe(true);
  });

  it('takes a whole number and the same number with a point for equal', async () => {
    const { schema, rows } = await inspector.difference(
      await table('SELECT i AS id, i AS n FROM range(5) t(i)'),
      await table('SELECT i AS id, i::DOUBLE AS n FROM range(5) t(i)'),
      ['id'],
      spill(),
    );
    expect(schema.retyped).toEqual([{ name: 'n', before: 'integer', after: 'number' }]);
    expect(rows).toMatchObject({ changed: 0, unchanged: 5 });
  });

  it('by a key that names two rows is refused, naming them', async () => {
    const path = await table('SELECT i % 3 AS id FROM range(4) t(i)');
    await expect(inspector.difference(path, path, ['id'], spill())).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'The key names no single row: 2 rows of the earlier table have id 0.',
    });
  });

  it('of tables of 2,000 columns names those that changed', async () => {
    const wide = (changed: string) =>
      `SELECT i AS id, ${Array.from({ length: 1999 }, (_, c) => (c === 1500 ? changed : `i + ${c} AS c${c}`)).join(', ')} FROM range(20) t(i)`;
    const { rows } = await inspector.difference(
      await table(wide('i + 1500 AS c1500')),
      await table(wide('-i AS c1500')),
      ['id'],
      spill(),
    );
    expect(rows).toMatchObject({
      changed: 20,
      comparedColumns: 2000,
      changedColumns: [{ column: 'c1500', rows: 20 }],
    });
  }, 120_000);
});

describe('drift', () => {
  it('is strongest first, by values, lengths and numbers as the column asks for', async () => {
    const path = await table(
      `SELECT i AS n, i % 5 AS code, ['a', 'b'][1 + i % 2] AS word, md5(i::VARCHAR) AS token, TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS day FROM range(2000) t(i)`,
    );
    const later = await table(
      `SELECT i AS n, i % 5 AS code, CASE WHEN i % 10 < 9 THEN 'a' END AS word, md5(i::VARCHAR) || 'x' AS token, TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR AS day FROM range(2000) t(i)`,
    );
    const drifts = await inspector.drift(path, later, null, spill());
    const named = new Map(drifts.map((drift) => [drift.column, drift]));
    expect(drifts.map(({ psi }) => psi)).toEqual(drifts.map(({ psi }) => psi).sort((a, b) => b - a));
    expect([...named].map(([name, { measure, level }]) => `${name} ${measure} ${level}`).sort()).toEqual([
      'code values none',
      'day times none',
      'n numbers none',
      'token lengths strong',
      'word values strong',
    ]);
    expect(named.get('word')).toMatchObject({ missingBefore: 0, missingAfter: 0.1, ks: null });
    expect(named.get('word')!.chiSquared).toMatchObject({ degreesOfFreedom: 1 });
    expect(named.get('token')!.ks).toMatchObject({ d: 1 });
  });

  it('sees values outside the range that there was', async () => {
    const [drift] = await inspector.drift(
      await table('SELECT 0 + i % 30 AS x FROM range(3000) t(i)'),
      await table('SELECT -5000 + i AS x FROM range(1000) t(i)'),
      ['x'],
      spill(),
    );
    expect(drift!.bins[0]).toMatchObject({ kind: 'range', from: null, to: 0, before: 0, after: 1000 });
    expect(drift).toMatchObject({ level: 'strong', ks: { d: 1 } });
  });

  it('of a column that has no value any more is strong, without a test', async () => {
    const [drift] = await inspector.drift(
      await table('SELECT i AS x FROM range(300) t(i)'),
      await table('SELECT NULL::BIGINT AS x FROM range(300)'),
      null,
      spill(),
    );
    expect(drift).toMatchObject({ level: 'strong', ks: null, missingAfter: 1 });
  });
});
