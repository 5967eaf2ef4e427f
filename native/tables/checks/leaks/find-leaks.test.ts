import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataSplitSpec, dataSplitSpec } from '../../../../app/contract/data-splits.ts';
import { parquetTable } from '../../../../test/support/parquet-table.ts';
import { lookForLeaks } from '../look-for-leaks.ts';
import { packAssignment } from '../packed-assignment.ts';
import { quietly } from '../watch.ts';

const never = quietly(new AbortController().signal);
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-leaks-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const halves = dataSplitSpec.parse({
  method: { kind: 'random' },
  parts: [
    { name: 'train', fraction: 0.5 },
    { name: 'test', fraction: 0.5 },
  ],
  ignore: [],
});

/** @param parts 0 for train, 1 for test, by row */
async function leaks(
  name: string,
  values: string,
  parts: readonly number[],
  rest: { spec?: DataSplitSpec; groups?: string[]; time?: string } = {},
) {
  const tablePath = await parquetTable(folder, name, `SELECT * FROM (VALUES ${values}`);
  const { spec = halves, ...declared } = rest;
  const assignment = packAssignment(Uint8Array.from(parts), 2);
  return (await lookForLeaks({ tablePath, spec, assignment, ...declared }, never)).leaks;
}

describe('what leaks between two parts', () => {
  it('is an identical row, nothing and NaN included, and nothing else', async () => {
    const values = `(1, NULL, 'x'), (2, 0.5, 'y'), (1, 'nan'::DOUBLE, 'x'), (2, 0.5, 'y'), (3, 0.0, 'z'), (3, '-0'::DOUBLE, 'z')) t(a, b, c)`;
    const found = await leaks('same', values, [0, 0, 1, 0, 0, 1]);
    expect(found).toMatchObject([
      {
        kind: 'duplicates',
        severity: 'leak',
        rows: 4,
        examples: [
          {
            one: { row: 0, part: 'train' },
            other: { row: 2, part: 'test' },
            cells: { a: 1, b: null, c: 'x' },
          },
          { one: { row: 4, part: 'train' }, other: { row: 5, part: 'test' }, cells: { a: 3, c: 'z' } },
        ],
      },
    ]);
    expect(await leaks('same-part', values, [0, 1, 0, 1, 1, 1])).toEqual([]);
  });

  it('is not a row whose cells only run together alike', async () => {
    const values = `('a', 'b,1:c'), ('a,1:b', 'c'), ('~', 'x'), (NULL, 'x')) t(one, two)`;
    expect(await leaks('framed', values, [0, 1, 0, 1])).toEqual([]);
  });

  it('may be a row that hardly differs', async () => {
    const values = `('New  York', 1.23456, 7), (' new york', 1.23412, 7), ('Boston', 2.0, 7), ('Boston', 2.1, 7)) t(city, x, n)`;
    expect(await leaks('nearly', values, [0, 1, 0, 1])).toMatchObject([
      {
        kind: 'near-duplicates',
        severity: 'suspicion',
        rows: 2,
        examples: [{ one: { row: 0, part: 'train' }, other: { row: 1, part: 'test' } }],
      },
    ]);
  });

  it('may be a group that nobody named, if it looks like one', async () => {
    const values = `('p1', 1), ('p1', 2), ('p2', 3), ('p2', 4)) t("patient_id", x)`;
    expect(await leaks('groups', values, [0, 1, 1, 1])).toMatchObject([
      { kind: 'groups', severity: 'suspicion', columns: ['patient_id'], rows: 2 },
    ]);
    expect(await leaks('whole', values, [0, 0, 1, 1])).toEqual([]);
    expect(await leaks('named', values, [0, 1, 1, 1], { groups: ['patient_id'] })).toMatchObject([
      { kind: 'groups', severity: 'leak' },
    ]);
    const hostile = `('a', 1), ('a', 2)) t("g"";' --", x)`;
    expect(await leaks('hostile', hostile, [0, 1], { groups: [`g";' --`] })).toMatchObject([{ rows: 2 }]);
  });

  it('may be what is trained on after the time that is asked for', async () => {
    const times = (...days: number[]) =>
      `${days.map((day, x) => `(TIMESTAMP '2026-01-01' + INTERVAL ${day} DAY, ${x})`).join(', ')}) t(seen, x)`;
    expect(await leaks('late', times(1, 5, 2, 3), [0, 0, 1, 1])).toMatchObject([
      {
        kind: 'time',
        severity: 'suspicion',
        columns: ['seen'],
        rows: 1,
        examples: [{ one: { row: 1, part: 'train' }, other: { row: 2, part: 'test' } }],
      },
    ]);
    expect(await leaks('early', times(1, 2, 2, 3), [0, 0, 1, 1])).toEqual([]);
    expect(await leaks('asked', times(1, 5, 2, 3), [0, 0, 1, 1], { time: 'seen' })).toMatchObject([
      { severity: 'leak' },
    ]);
  });
});
