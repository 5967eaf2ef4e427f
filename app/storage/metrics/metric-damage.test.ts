import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetricBench, openMetricStore } from '../../../test/support/metric-runs.ts';
import type { RunId } from '../../contract/ids.ts';
import type { SqlValue } from '../../kernel/ports/database.ts';
import type { RecordedPoint } from '../metric-store.ts';
import { CHUNK_POINTS, FAN_OUT } from './metric-layout.ts';

let bench: MetricBench;
let run: RunId;
beforeEach(() => {
  bench = openMetricStore();
  run = bench.addRun();
});
afterEach(() => bench.close());

const pointsFrom = (from: number, to: number): RecordedPoint[] =>
  Array.from({ length: to - from }, (_, index) => {
    const step = from + index;
    return { key: 'loss', step, timeMs: 1000 + step, value: Math.sin(step / 500) };
  });

const append = (points: readonly RecordedPoint[]) =>
  bench.core.database.transaction(() => bench.store.append(run, points));

/** Flip a bit in the middle of a stored value. */
function flipBit(table: string, column: string, where: string, ...parameters: SqlValue[]): void {
  const { database } = bench.core;
  const row = database.prepare(`SELECT ${column} AS bytes FROM ${table} WHERE ${where}`).get(...parameters);
  const bytes = Uint8Array.from(row!.bytes as Uint8Array);
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 4;
  database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(bytes, ...parameters);
}

const found = () => [...bench.store.verify(run)].flatMap(({ damaged }) => damaged);
const steps = () => bench.store.points(run, 'loss', 1e6, 0).points.map(({ step }) => step);

describe('a metric with a damaged chunk', () => {
  beforeEach(() => {
    append(pointsFrom(0, 5 * CHUNK_POINTS + 100));
    flipBit('metric_chunks', 'data', 'position = 2');
  });
  const lost = { fromStep: 2 * CHUNK_POINTS, toStep: 3 * CHUNK_POINTS - 1, points: CHUNK_POINTS };

  it('names it and gives all other points', () => {
    const { points, total, damaged } = bench.store.points(run, 'loss', 1e6, 0);
    expect(damaged).toEqual([{ run, key: 'loss', ...lost }]);
    expect(total).toBe(5 * CHUNK_POINTS + 100);
    expect(points).toHaveLength(4 * CHUNK_POINTS + 100);
    expect(points.some(({ step }) => step >= lost.fromStep && step <= lost.toStep)).toBe(false);
    expect(bench.store.points(run, 'loss', 10, CHUNK_POINTS).damaged).toEqual([]);
    expect([...bench.store.columns(run, 'loss')].reduce((sum, each) => sum + each.steps.length, 0)).toBe(
      4 * CHUNK_POINTS + 100,
    );
  });

  it('still draws the whole of it from what is kept beside the points', () => {
    const [whole] = bench.store.series([run], ['loss'], 50);
    expect(whole!.damaged).toBeUndefined();
    expect(whole!.mean).not.toContain('NaN');
  });

  it('draws blocks where points are asked for, and names what is lost', () => {
    const range = { by: 'step', from: lost.fromStep - 50, to: lost.toStep + 50 } as const;
    const [zoom] = bench.store.series([run], ['loss'], 10_000, range);
    expect(zoom!.damaged).toEqual([lost]);
    expect(zoom!.steps.filter((step) => step < lost.fromStep || step > lost.toStep)).toHaveLength(100);
    expect(zoom!.steps.filter((step) => step >= lost.fromStep && step <= lost.toStep)).toHaveLength(16);
  });

  it('takes further points', () => {
    append(pointsFrom(5 * CHUNK_POINTS + 100, 8 * CHUNK_POINTS));
    expect(steps()).toHaveLength(7 * CHUNK_POINTS);
    expect(found()).toEqual([{ run, key: 'loss', ...lost, what: 'points' }]);
  });

  it('draws one entry where what is kept beside the points is damaged too', () => {
    flipBit('metric_chunks', 'blocks', 'position = 2');
    const [zoom] = bench.store.series([run], ['loss'], 1000);
    expect(zoom!.damaged).toEqual([lost]);
    expect(zoom!.mean).not.toContain('NaN');
    const inside = (step: number) => step >= lost.fromStep && step <= lost.toStep;
    expect(zoom!.steps.filter(inside)).toEqual([lost.toStep]);
  });

  it('says the same of a chunk that is gone', () => {
    bench.core.database.exec('DELETE FROM metric_chunks WHERE position = 1');
    expect(found()).toHaveLength(2);
    expect(steps()).toHaveLength(3 * CHUNK_POINTS + 100);
    expect(bench.store.points(run, 'loss', 1e6, 0).damaged.map(({ points }) => points)).toEqual([
      CHUNK_POINTS,
      CHUNK_POINTS,
    ]);
    expect(bench.store.series([run], ['loss'], 10_000)).toHaveLength(1);
  });
});

describe('a metric with a damaged end', () => {
  it('keeps a damaged open chunk aside and goes on behind it', () => {
    append(pointsFrom(0, 500));
    flipBit('metric_chunks', 'data', 'position = 0');
    for (let step = 500; step < 9000; step += 50) append(pointsFrom(step, step + 50));
    expect(steps()).toEqual(pointsFrom(500, 9000).map(({ step }) => step));
    expect(found()).toEqual([{ run, key: 'loss', fromStep: 0, toStep: 499, points: 500, what: 'points' }]);
    expect(bench.store.series([run], ['loss'], 40)[0]!.mean).not.toContain('NaN');
  });

  it('keeps a damaged batch of the tail aside and goes on behind it', () => {
    for (let step = 0; step < 30; step++) append(pointsFrom(step, step + 1));
    flipBit('metric_tail', 'data', 'first_seq = 10');
    const others = (to: number) => pointsFrom(0, to).flatMap(({ step }) => (step === 10 ? [] : [step]));
    expect(steps()).toEqual(others(30));
    expect(bench.store.points(run, 'loss', 100, 0).damaged).toMatchObject([
      { points: 1, fromStep: 0, toStep: 29 },
    ]);
    expect(bench.store.series([run], ['loss'], 100)[0]!.damaged).toHaveLength(1);
    append(pointsFrom(30, 5000));
    expect(steps()).toEqual(others(5000));
    expect(bench.store.points(run, 'loss', 3, 2500).points.map(({ step }) => step)).toEqual([
      2500, 2501, 2502,
    ]);
    expect(found()).toEqual([{ run, key: 'loss', fromStep: 9, toStep: 11, points: 1, what: 'points' }]);
    const [drawn] = bench.store.series([run], ['loss'], 5000);
    expect(drawn!.steps).toEqual([...others(5000), 11].sort((a, b) => a - b));
    expect(drawn!.mean.filter((value) => value === 'NaN')).toHaveLength(1);
    expect(bench.store.summaries([run]).get(run)!.loss!.points).toBe(5000);
  });
});

describe('a metric whose pyramid is damaged', () => {
  const count = (FAN_OUT * FAN_OUT + 3) * CHUNK_POINTS;
  it('draws the same from the levels below, and says what is damaged', () => {
    append(pointsFrom(0, count));
    const before = bench.store.series([run], ['loss'], 10);
    flipBit('metric_nodes', 'data', 'level = 2 AND node = 0');
    flipBit('metric_nodes', 'data', 'level = 1 AND node = 3');
    flipBit('metric_chunks', 'blocks', 'position = 50');
    expect(bench.store.series([run], ['loss'], 10)).toEqual(before);
    expect(found()).toMatchObject([
      { what: 'overview', points: CHUNK_POINTS, fromStep: 50 * CHUNK_POINTS },
      { what: 'overview', points: FAN_OUT * CHUNK_POINTS, fromStep: 3 * FAN_OUT * CHUNK_POINTS },
      { what: 'overview', points: FAN_OUT * FAN_OUT * CHUNK_POINTS, fromStep: 0 },
    ]);
    append(pointsFrom(count, count + FAN_OUT * CHUNK_POINTS));
    expect(steps()).toHaveLength(count + FAN_OUT * CHUNK_POINTS);
  });

  it('is not called damaged when its run is forgotten while it is read', () => {
    append(pointsFrom(0, 5 * CHUNK_POINTS));
    let seen = 0;
    for (const { damaged } of bench.store.verify(run)) {
      if (seen++ === 1) bench.store.forget(run);
      expect(damaged).toEqual([]);
    }
    expect(seen).toBe(2);
  });

  it('is found whole where nothing is damaged', () => {
    append(pointsFrom(0, 40 * CHUNK_POINTS));
    const checked = [...bench.store.verify()];
    expect(checked.reduce((sum, { points }) => sum + points, 0)).toBe(40 * CHUNK_POINTS);
    expect(found()).toEqual([]);
  });
});
