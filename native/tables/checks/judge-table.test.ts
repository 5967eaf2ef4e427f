import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataCheck, dataCheck } from '../../../app/contract/data-checks.contract.ts';
import type { Judgement } from '../../../app/kernel/ports/data-checks.ts';
import { parquetTable } from '../../../test/support/parquet-table.ts';
import { createDataCheckEngine } from './check-engine.ts';
import { judgeTable } from './judge-table.ts';
import { quietly } from './watch.ts';

const engine = createDataCheckEngine();
const now = Date.parse('2026-03-01T12:00:00Z');
let folder: string;
let people: string;
let hostile: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-checks-'));
  people = await parquetTable(
    folder,
    'people',
    `SELECT * FROM (VALUES
       (1::BIGINT, 31::BIGINT, 1.5::DOUBLE, 'ann@example.org', TRUE, TIMESTAMP '2026-02-27 08:00:00', 'yes'),
       (2, 45, 'nan', 'bob@example.org', FALSE, TIMESTAMP '2026-02-28 08:00:00', 'yes'),
       (3, 200, 2.5, 'cee', NULL, NULL, 'yes'),
       (3, NULL, NULL, NULL, TRUE, TIMESTAMP '2026-02-26 08:00:00', 'no')
     ) t(id, age, weight, mail, member, seen, label)`,
  );
  hostile = await parquetTable(
    folder,
    'hostile',
    `SELECT * FROM (VALUES
       ('it''s'::VARCHAR, '🦊', 1::BIGINT, 7::BIGINT),
       ('x''); DROP VIEW data; --', 'ä', 2, 8),
       (NULL, 'ä', 3, 9)
     ) t("a ""quoted"" 'name'; --", "größe 🐘", "file_row_number", "row_number")`,
  );
});
afterAll(async () => {
  await engine.close();
  fs.rmSync(folder, { recursive: true });
});

async function judge(tablePath: string, check: object): Promise<Judgement> {
  const drafts = [{ severity: 'block' as const, check: dataCheck.parse(check) as DataCheck }];
  const [judgement] = await judgeTable(
    { tablePath, drafts, references: {}, nowMs: now },
    quietly(new AbortController().signal),
  );
  return judgement!;
}

describe('each kind of check, passing and failing', () => {
  const columns = [
    { name: 'id', type: 'integer' },
    { name: 'age', type: 'integer' },
    { name: 'weight', type: 'number' },
    { name: 'mail', type: 'text' },
    { name: 'member', type: 'boolean' },
    { name: 'seen', type: 'time' },
    { name: 'label', type: 'text' },
  ];
  it.each([
    { kind: 'schema', columns },
    { kind: 'schema', columns: columns.slice(0, 2), others: true },
    { kind: 'column', column: 'weight' },
    { kind: 'column', column: 'weight', type: 'number' },
    { kind: 'range', column: 'age', min: 31, max: 200 },
    { kind: 'range', column: 'weight', min: 1.5, max: 2.5 },
    { kind: 'range', column: 'seen', min: '2026-02-26T08:00:00Z', max: '2026-02-28 08:00:00' },
    { kind: 'range', column: 'seen', min: '2026-02-26T10:00:00+02:00' },
    { kind: 'unique', columns: ['age'] },
    { kind: 'unique', columns: ['id', 'age'] },
    { kind: 'values', column: 'label', values: ['yes', 'no', 'perhaps'] },
    { kind: 'values', column: 'id', values: [1, 2, '3'] },
    { kind: 'values', column: 'member', values: [true, false] },
    { kind: 'pattern', column: 'label', pattern: 'yes|no' },
    { kind: 'pattern', column: 'id', pattern: '[123]' },
    { kind: 'missing', column: 'label', max: 0 },
    { kind: 'missing', column: 'weight', max: 0.5 },
    { kind: 'rows', min: 4, max: 4 },
    { kind: 'classes', column: 'label', minRows: 1, minShare: 0.25 },
    { kind: 'fresh', column: 'seen', maxAge: '28h' },
    {
      kind: 'sql',
      name: 'members have a mail',
      sql: "SELECT * FROM data WHERE label = 'yes' AND mail IS NULL",
    },
  ])('passes: $kind $column', async (check) => {
    expect(await judge(people, check)).toMatchObject({ state: 'passed', examples: [] });
  });

  it.each([
    [{ kind: 'schema', columns: columns.slice(0, 6) }, null, 'label is new'],
    [{ kind: 'schema', columns: [...columns, { name: 'Wieght', type: 'text' }] }, null, 'there is weight'],
    [
      { kind: 'schema', columns: columns.with(0, { name: 'id', type: 'text' }) },
      null,
      'id is integer instead of text',
    ],
    [{ kind: 'column', column: 'agee' }, null, 'there is age'],
    [{ kind: 'column', column: 'age', type: 'text' }, null, 'of type integer'],
    [{ kind: 'range', column: 'age', max: 120 }, 1, '1 row of 4'],
    [{ kind: 'range', column: 'gone', max: 120 }, null, 'no column gone'],
    [{ kind: 'range', column: 'seen', min: '2026-02-26T10:00:01+02:00' }, 1, 'not fit'],
    [{ kind: 'unique', columns: ['id'] }, 1, '1 value stands'],
    [{ kind: 'unique', columns: ['label'] }, 2, '1 value stands'],
    [{ kind: 'values', column: 'label', values: ['yes'] }, 1, 'not fit'],
    [{ kind: 'values', column: 'id', values: [1, 2, 2.6, 'x'] }, 2, 'not fit'],
    [{ kind: 'pattern', column: 'mail', pattern: '.+@.+' }, 1, 'not fit'],
    [{ kind: 'missing', column: 'weight', max: 0.49 }, 2, '50 %'],
    [{ kind: 'rows', min: 5 }, null, 'fewer than 5'],
    [{ kind: 'rows', max: 3 }, null, 'more than 3'],
    [{ kind: 'classes', column: 'label', minRows: 2 }, null, 'no has 1 row'],
    [{ kind: 'classes', column: 'label', minShare: 0.3 }, null, 'too small'],
    [{ kind: 'fresh', column: 'seen', maxAge: '27h' }, null, '28 hours old'],
    [{ kind: 'sql', name: 'x', sql: 'FROM data WHERE age > 40 -- and more' }, 2, '2 rows'],
  ])('fails: %j', async (check, failedRows, words) => {
    const judgement = await judge(people, check);
    expect(judgement).toMatchObject({ state: 'failed', failedRows });
    expect(judgement.message).toContain(words);
  });

  it.each([
    [{ kind: 'range', column: 'mail', max: 3 }, 'of type text'],
    [{ kind: 'range', column: 'age', max: 'many' }, 'many is no number'],
    [{ kind: 'range', column: 'seen', max: 'yesterday' }, 'yesterday is no time'],
    [{ kind: 'range', column: 'age' }, 'neither'],
    [{ kind: 'classes', column: 'label' }, 'neither'],
    [{ kind: 'fresh', column: 'age', maxAge: '1d' }, 'not a time'],
    [{ kind: 'pattern', column: 'mail', pattern: '(' }, 'missing )'],
    [{ kind: 'sql', name: 'x', sql: 'SELECT nothing FROM data' }, 'nothing'],
    [{ kind: 'sql', name: 'x', sql: 'SELECT 1; SELECT 2' }, '2 statements'],
    [{ kind: 'sql', name: 'x', sql: 'DROP VIEW data' }, 'begins with SELECT'],
    [{ kind: 'sql', name: 'x', sql: "COPY data TO '/tmp/stolen.csv'" }, 'Permission'],
    [{ kind: 'sql', name: 'x', sql: "SELECT * FROM read_text('/etc/passwd')" }, 'Permission'],
    [{ kind: 'sql', name: 'x', sql: 'SET threads = 9' }, 'begins with SELECT'],
  ])('is broken, which is not passed: %j', async (check, words) => {
    const judgement = await judge(people, check);
    expect(judgement.state).toBe('broken');
    expect(judgement.message).toContain(words);
  });

  it('shows the rows that do not fit, by their numbers', async () => {
    expect((await judge(people, { kind: 'range', column: 'age', max: 40 })).examples).toEqual([
      { row: 1, cells: { age: 45 } },
      { row: 2, cells: { age: 200 } },
    ]);
    expect((await judge(people, { kind: 'missing', column: 'weight', max: 0 })).examples).toEqual([
      { row: 1, cells: { weight: null } },
      { row: 3, cells: { weight: null } },
    ]);
    expect((await judge(people, { kind: 'unique', columns: ['id'] })).examples).toEqual([
      { row: 2, cells: { id: 3 } },
    ]);
  });

  it('goes on after one that is broken, and gives the judgements in order', async () => {
    const drafts = [
      { kind: 'sql', name: 'broken', sql: 'SELECT nothing FROM data' },
      { kind: 'rows', min: 9 },
      { kind: 'rows', min: 1 },
    ].map((check) => ({ severity: 'warn' as const, check: dataCheck.parse(check) }));
    const judgements = await engine.judge({ tablePath: people, drafts, references: {}, nowMs: now });
    expect(judgements.map(({ state }) => state)).toEqual(['broken', 'failed', 'passed']);
    expect(judgements.map(({ title }) => title)).toEqual([
      'broken',
      'the number of rows is at least 9',
      'the number of rows is at least 1',
    ]);
  });
});

describe('names and values that would break out of SQL', () => {
  const quoted = `a "quoted" 'name'; --`;
  it('are only names and values', async () => {
    expect(await judge(hostile, { kind: 'missing', column: quoted, max: 0.4 })).toMatchObject({
      state: 'passed',
    });
    expect(
      await judge(hostile, { kind: 'values', column: quoted, values: ["it's", "x'); DROP VIEW data; --"] }),
    ).toMatchObject({ state: 'passed' });
    expect(
      await judge(hostile, { kind: 'values', column: quoted, values: ["') OR TRUE --", null] }),
    ).toMatchObject({
      state: 'failed',
      failedRows: 2,
    });
    expect(await judge(hostile, { kind: 'pattern', column: quoted, pattern: "' OR '1'='1" })).toMatchObject({
      state: 'failed',
      failedRows: 2,
    });
    expect(await judge(hostile, { kind: 'unique', columns: ['größe 🐘'] })).toMatchObject({
      failedRows: 1,
      examples: [{ row: 1, cells: { 'größe 🐘': 'ä' } }],
    });
    expect(await judge(hostile, { kind: 'column', column: 'a" FROM data; --' })).toMatchObject({
      state: 'failed',
    });
  });

  it('do not hide the numbers of rows', async () => {
    expect((await judge(hostile, { kind: 'range', column: 'row_number', max: 8 })).examples).toEqual([
      { row: 2, cells: { row_number: 9 } },
    ]);
    expect((await judge(hostile, { kind: 'range', column: 'file_row_number', max: 2 })).examples).toEqual([
      { row: 2, cells: { file_row_number: 3 } },
    ]);
  });
});

describe('an empty table', () => {
  it('has nothing that does not fit, but no classes, no times and no rows', async () => {
    const empty = await parquetTable(
      folder,
      'empty',
      "SELECT 1::BIGINT AS x, 'a' AS y, now()::TIMESTAMP AS t LIMIT 0",
    );
    const states = async (...checks: object[]) => {
      const found: string[] = [];
      for (const check of checks) found.push((await judge(empty, check)).state);
      return found;
    };
    expect(
      await states(
        { kind: 'range', column: 'x', min: 0 },
        { kind: 'unique', columns: ['x'] },
        { kind: 'missing', column: 'y', max: 0 },
        { kind: 'values', column: 'y', values: ['z'] },
      ),
    ).toEqual(['passed', 'passed', 'passed', 'passed']);
    expect(
      await states(
        { kind: 'rows', min: 1 },
        { kind: 'classes', column: 'y', minRows: 1 },
        { kind: 'fresh', column: 't', maxAge: '1d' },
      ),
    ).toEqual(['failed', 'failed', 'failed']);
    expect(await states({ kind: 'pattern', column: 'y', pattern: '(' })).toEqual(['broken']);
  });
});

describe('a call', () => {
  it('ends when it is aborted', async () => {
    const abort = new AbortController();
    const drafts = [
      {
        severity: 'warn' as const,
        check: dataCheck.parse({
          kind: 'sql',
          name: 'long',
          sql: 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b HAVING sum(a.range) < 0',
        }),
      },
    ];
    const judged = engine.judge(
      { tablePath: people, drafts, references: {}, nowMs: now },
      { signal: abort.signal, onProgress: () => setTimeout(() => abort.abort(), 200) },
    );
    await expect(judged).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('over a file that is no table says which, and leaves nothing beside it', async () => {
    const file = path.join(folder, 'no.parquet');
    fs.writeFileSync(file, 'nothing');
    const drafts = [{ severity: 'warn' as const, check: { kind: 'rows' as const, min: 1 } }];
    const judged = engine.judge({ tablePath: file, drafts, references: {}, nowMs: now });
    await expect(judged).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.spill'))).toEqual([]);
  });
});
