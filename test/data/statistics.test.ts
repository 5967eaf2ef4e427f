import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chiSquaredTest } from '../../native/tables/drift/chi-squared.ts';
import { chiSquaredTail, kolmogorovTail } from '../../native/tables/drift/tail-probabilities.ts';
import { createTableInspector } from '../../native/tables/looking/table-inspector.ts';
import { pythonWith } from '../support/python.ts';
import { sqlTable } from '../support/sql-table.ts';

interface Oracle {
  readonly pairs: readonly {
    readonly mean: number;
    readonly std: number;
    readonly quantiles: readonly number[];
    readonly d: number;
    readonly kolmogorov: number;
    readonly exact: number;
    readonly psi: number;
  }[];
  readonly tables: readonly { readonly statistic: number; readonly p: number; readonly df: number }[];
  readonly tails: readonly (readonly [number, number])[];
}

const python = await pythonWith(['numpy==1.26.4', 'scipy==1.11.4']);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-statistics-'));
const inspector = createTableInspector();
afterAll(async () => {
  await inspector.close();
  fs.rmSync(folder, { recursive: true });
});

/** Numbers that are the same at every run: linear congruential, shaped by a function of [0, 1). */
function sample(count: number, seed: number, shape: (uniform: number) => number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return shape(state / 2 ** 32);
  });
}

const pairs = [
  { before: sample(997, 1, (u) => u), after: sample(1203, 2, (u) => u) },
  { before: sample(800, 3, (u) => -Math.log(1 - u)), after: sample(900, 4, (u) => -1.2 * Math.log(1 - u)) },
  { before: sample(600, 5, (u) => Math.floor(u * 40)), after: sample(700, 6, (u) => Math.floor(u * 44) - 2) },
  { before: sample(300, 7, (u) => u ** 3 * 1e9), after: sample(50, 8, (u) => u ** 2 * 1e9) },
  { before: sample(400, 9, (u) => (u < 0.6 ? 0 : u)), after: sample(400, 10, (u) => (u < 0.5 ? 0 : u)) },
];
const tables = [
  [
    [30, 50],
    [70, 50],
  ],
  [
    [100, 130],
    [220, 200],
    [41, 20],
    [60, 64],
  ],
  [
    [1000, 400],
    [1000, 410],
    [1000, 390],
    [1000, 380],
    [12, 30],
  ],
];
const tails = [
  [0.3, 1],
  [3, 2],
  [12, 7],
  [9.9, 30],
  [55, 40],
  [250, 200],
];

describe.skipIf(python === null)('statistics agree with NumPy and SciPy', () => {
  let oracle: Oracle;
  beforeAll(() => {
    const script = fileURLToPath(new URL('statistics_oracle.py', import.meta.url));
    const input = JSON.stringify({ pairs, tables, tails });
    oracle = JSON.parse(execFileSync(python!, [script], { input, encoding: 'utf8' }));
  });

  it('in the tails of both distributions', () => {
    for (const [at, [x, df]] of tails.entries()) {
      const [chiSquared, kolmogorov] = oracle.tails[at]!;
      expect(chiSquaredTail(x!, df!) / chiSquared).toBeCloseTo(1, 10);
      expect(kolmogorovTail(x! / 10)).toBeCloseTo(kolmogorov, 12);
    }
  });

  it('in the chi-squared test', () => {
    for (const [at, counts] of tables.entries()) {
      const { statistic, p, df } = oracle.tables[at]!;
      const test = chiSquaredTest(counts.map(([before, after]) => ({ before: before!, after: after! })));
      expect(test.degreesOfFreedom).toBe(df);
      expect(test.statistic / statistic).toBeCloseTo(1, 11);
      expect(test.pValue / p).toBeCloseTo(1, 9);
    }
  });

  it.each(pairs.map((_, at) => at))(
    'in moments, quantiles, Kolmogorov–Smirnov and PSI of pair %i',
    async (at) => {
      const { before, after } = pairs[at]!;
      const values = (numbers: readonly number[]) =>
        `SELECT unnest([${numbers.map((x) => `CAST('${x}' AS DOUBLE)`).join(', ')}]) AS x`;
      const paths = [
        path.join(folder, `${at}-before.parquet`),
        path.join(folder, `${at}-after.parquet`),
      ] as const;
      await sqlTable(paths[0], values(before));
      await sqlTable(paths[1], values(after));
      const expected = oracle.pairs[at]!;
      const [column] = await inspector.statistics(paths[0], path.join(folder, 'spill'));
      expect(column!.numeric!.mean / expected.mean).toBeCloseTo(1, 11);
      expect(column!.numeric!.std / expected.std).toBeCloseTo(1, 11);
      for (const [place, { value }] of column!.numeric!.quantiles.entries()) {
        expect(Math.abs(value - expected.quantiles[place]!)).toBeLessThanOrEqual(
          1e-11 * Math.abs(expected.quantiles[place]!),
        );
      }
      const [drift] = await inspector.drift(...paths, null, path.join(folder, 'spill'));
      expect(drift!.ks!.d).toBeCloseTo(expected.d, 12);
      expect(drift!.ks!.pValue / expected.kolmogorov).toBeCloseTo(1, 9);
      // SciPy's own p-value comes from the one-sided distribution of a finite sample: close, not equal.
      expect(Math.abs(drift!.ks!.pValue - expected.exact)).toBeLessThan(0.02);
      expect(drift!.psi).toBeCloseTo(expected.psi, 10);
    },
  );
});
