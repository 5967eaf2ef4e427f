import fs from 'node:fs';
import type { RunId } from '../../app/contract/ids.ts';
import type { MetricRange, RecordedPoint } from '../../app/storage/metric-store.ts';
import { type MetricBench, openMetricStore, seededNumbers } from '../support/metric-runs.ts';
import type { BenchRow } from './bench.ts';
import { median } from './run-measure.ts';

const MILLION = 1_000_000;
const BATCH = 50_000;
const ROUNDS = 9;
const FIRST_TIME_MS = 1.75e12;

/** How a program's numbers look: `single` as frameworks compute them, `double` with noise in every bit. */
const precisions = { single: Math.fround, double: (value: number) => value };

/**
 * The metric store alone, on the disk: points per second and bytes per point of one long series, how long a plot of it
 * takes, and what single values cost. With LATHE_BENCH_FULL=1 also 100 million points.
 */
export async function storeRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const precision of ['single', 'double'] as const) rows.push(...longSeries(10 * MILLION, precision));
  if (process.env.LATHE_BENCH_FULL === '1') rows.push(...longSeries(100 * MILLION, 'single'));
  rows.push(...singleValues(), manyKeys());
  return rows;
}

/** One series: how fast it is recorded, what it takes, and how fast it is drawn. */
export function longSeries(count: number, precision: keyof typeof precisions): BenchRow[] {
  const bench = openMetricStore();
  try {
    const run = bench.addRun();
    const before = storedBytes(bench);
    const seconds = recordSeries(bench, run, count, precisions[precision]);
    const bytes = storedBytes(bench) - before;
    const name = `${count / MILLION} million points (${precision} precision)`;
    return [
      { what: `store: record ${name}`, ours: count / seconds, oursUnit: 'points/s' },
      { what: `store: ${name}`, ours: bytes / count, oursUnit: 'bytes/point' },
      ...plots(bench, run, count).map((row) => ({
        ...row,
        what: `${row.what} of ${name}`,
        limit: '≤ 50 ms',
      })),
    ];
  } finally {
    bench.close();
  }
}

/** @returns seconds that the store took */
function recordSeries(
  bench: MetricBench,
  run: RunId,
  count: number,
  round: (value: number) => number,
): number {
  const random = seededNumbers(1);
  let timeMs = FIRST_TIME_MS;
  let spentMs = 0;
  for (let from = 0; from < count; from += BATCH) {
    const points: RecordedPoint[] = Array.from({ length: BATCH }, (_, index) => {
      const step = from + index;
      timeMs += 10 + Math.floor(random() * 3);
      return { key: 'loss', step, timeMs, value: round(Math.exp((-3 * step) / count) + random() / 100) };
    });
    const since = performance.now();
    bench.core.database.transaction(() => bench.store.append(run, points));
    spentMs += performance.now() - since;
  }
  return spentMs / 1000;
}

function plots(bench: MetricBench, run: RunId, count: number): BenchRow[] {
  const steps = (from: number, to: number): MetricRange => ({
    by: 'step',
    from: from * count,
    to: to * count,
  });
  const views: [string, MetricRange | undefined][] = [
    ['all', undefined],
    ['a fifth', steps(0.4, 0.6)],
    ['a tenth', steps(0.4, 0.5)],
    ['a hundredth', steps(0.4, 0.41)],
    ['the first half by time', { by: 'time', from: FIRST_TIME_MS, to: FIRST_TIME_MS + count * 5.5 }],
  ];
  return views.map(([name, range]) => {
    const spent = Array.from({ length: ROUNDS }, () => {
      const since = performance.now();
      bench.store.series([run], ['loss'], 1000, range);
      return performance.now() - since;
    });
    const note = `first ${spent[0]!.toFixed(1)} ms, slowest ${Math.max(...spent).toFixed(1)} ms`;
    return { what: `store: plot ${name}`, ours: median(spent), oursUnit: 'ms', note };
  });
}

/** Values that come one at a time, with a transaction each as a client waits for it, and without. */
function singleValues(): BenchRow[] {
  const bench = openMetricStore();
  try {
    const { database } = bench.core;
    const count = 20_000;
    const run = bench.addRun();
    const append = (step: number) =>
      bench.store.append(run, [{ key: 'loss', step, timeMs: FIRST_TIME_MS + step, value: Math.sin(step) }]);
    const since = performance.now();
    database.transaction(() => {
      for (let step = 0; step < count; step++) append(step);
    });
    const together = ((performance.now() - since) / count) * 1000;
    const alone = Array.from({ length: 500 }, (_, step) => {
      const started = performance.now();
      database.transaction(() => append(count + step));
      return performance.now() - started;
    });
    return [
      { what: 'store: one value at a time, within a transaction', ours: together, oursUnit: 'µs/point' },
      {
        what: 'store: one value and its commit to the disk',
        ours: median(alone),
        oursUnit: 'ms',
        note: `slowest ${Math.max(...alone).toFixed(1)} ms`,
      },
    ];
  } finally {
    bench.close();
  }
}

/** One value for each of 10,000 keys of a run that has them already. */
function manyKeys(): BenchRow {
  const bench = openMetricStore();
  try {
    const run = bench.addRun();
    const record = (step: number) => {
      const points = Array.from({ length: 10_000 }, (_, key) => ({
        key: `layer/${key}`,
        step,
        timeMs: FIRST_TIME_MS + step,
        value: key,
      }));
      const since = performance.now();
      bench.core.database.transaction(() => bench.store.append(run, points));
      return performance.now() - since;
    };
    record(0);
    const spent = Array.from({ length: ROUNDS }, (_, step) => record(step + 1));
    return { what: 'store: one value of each of 10,000 keys', ours: median(spent), oursUnit: 'ms' };
  } finally {
    bench.close();
  }
}

function storedBytes({ core }: MetricBench): number {
  core.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return fs.statSync(core.folders.database).size;
}
