import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSplitSpec } from '../../../app/contract/data-splits.ts';
import { parquetTable } from '../../../test/support/parquet-table.ts';
import { makeSplit } from './make-split.ts';
import { quietly } from './watch.ts';

/** Made by the first version of splits: the same version, split and seed have to give the same parts forever. */
const known: { readonly table: string; readonly spec: object; readonly digest: string }[] = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, '../../../test/fixtures/split-digests.json'), 'utf8'),
);

/** Minus zero, NaN, missing cells, letters beyond ASCII, classes of one row and groups of most rows. */
const queries: Readonly<Record<string, string>> = {
  mixed: `SELECT i AS id, 'p' || (i * i % 397) AS patient,
      CASE WHEN i % 17 = 0 THEN '-0'::DOUBLE WHEN i % 23 = 0 THEN 'nan'::DOUBLE WHEN i % 29 = 0 THEN NULL ELSE ((i * 7919) % 1000) / 7.0 END AS value,
      CASE WHEN i % 100 = 0 THEN NULL WHEN i % 20 = 1 THEN 'räre' WHEN i % 3 = 0 THEN 'b' ELSE 'a' END AS label, i % 3 = 0 AS flag,
      CASE WHEN i % 31 > 0 THEN TIMESTAMP '2026-01-01' + INTERVAL (i * 37 % 500) HOUR END AS seen, i % 40 AS few, (i % 11) / 2.0 - 2.5 AS half
    FROM range(3000) r(i) ORDER BY i`,
  repeating: `SELECT i % 300 AS x, (i % 300) * 0.5 AS y, 'z' AS z FROM range(900) r(i) ORDER BY i`,
  heavy: `SELECT CASE WHEN i % 10 < 8 THEN 'big' ELSE 'g' || (i % 97) END AS grp, i % 1000 AS v FROM range(5000) r(i) ORDER BY i`,
};

let folder: string;
const tables = new Map<string, string>();
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-digests-'));
  for (const [name, query] of Object.entries(queries))
    tables.set(name, await parquetTable(folder, name, query));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('a split that was made long ago', () => {
  it.each(known.map((made) => [made.table, JSON.stringify(made.spec), made] as const))(
    'is made the very same: %s by %s',
    async (_table, _words, { table, spec, digest }) => {
      const asked = { tablePath: tables.get(table)!, spec: dataSplitSpec.parse(spec) };
      const made = await makeSplit(asked, quietly(new AbortController().signal));
      expect(made.digest).toBe(digest);
    },
  );
});
