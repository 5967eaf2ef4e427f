import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetricBench, openMetricStore } from '../../test/support/metric-runs.ts';
import type { RunId } from '../contract/ids.ts';
import type { MetricStore } from './metric-store.ts';

describe('the metric store', () => {
  let bench: MetricBench;
  let store: MetricStore;
  let run: RunId;

  beforeEach(() => {
    bench = openMetricStore();
    ({ store } = bench);
    run = bench.addRun();
  });
  afterEach(() => bench.close());

  const point = (key: string, step: number, value: number, timeMs = step) => ({ key, step, value, timeMs });

  it('gives back every point in the order recorded, NaN and infinities included', () => {
    store.append(run, [
      point('loss', 1, 0.5),
      point('loss', 2, Number.NaN),
      point('loss', 3, Number.POSITIVE_INFINITY),
      point('loss', 3, -0.25),
    ]);
    expect(store.points(run, 'loss', 10, 0)).toEqual({
      total: 4,
      damaged: [],
      points: [
        { key: 'loss', step: 1, timeMs: 1, value: 0.5 },
        { key: 'loss', step: 2, timeMs: 2, value: 'NaN' },
        { key: 'loss', step: 3, timeMs: 3, value: 'Infinity' },
        { key: 'loss', step: 3, timeMs: 3, value: -0.25 },
      ],
    });
  });

  it('keeps as last the value of the highest step, whatever order the steps arrive in', () => {
    store.append(run, [point('loss', 10, 0.1), point('loss', 2, 0.9)]);
    store.append(run, [point('loss', 5, 0.4)]);
    expect(store.summaries([run]).get(run)!.loss).toEqual({
      last: 0.1,
      lastStep: 10,
      firstStep: 2,
      min: 0.1,
      max: 0.9,
      mean: expect.closeTo((0.1 + 0.9 + 0.4) / 3),
      points: 3,
      lastTimeMs: 10,
      firstTimeMs: 2,
      latestTimeMs: 10,
      lastGreatest: 0.1,
    });
  });

  it('leaves NaN out of minimum and maximum, and has neither for a metric that was only ever NaN', () => {
    store.append(run, [point('a', 1, Number.NaN), point('a', 2, 3), point('b', 1, Number.NaN)]);
    store.append(run, [point('b', 2, Number.NaN), point('b', 3, 2)]);
    const { a, b } = store.summaries([run]).get(run)!;
    expect(a).toMatchObject({ min: 3, max: 3 });
    expect(b).toMatchObject({ min: 2, max: 2, points: 3 });
  });

  it('reduces a long series to the asked number of buckets without losing its extremes', () => {
    const points = Array.from({ length: 5000 }, (_, step) =>
      point('loss', step, step === 3210 ? 99 : Math.sin(step / 100)),
    );
    store.append(run, points);
    const [series] = store.series([run], ['loss'], 200);
    expect(series!.steps).toHaveLength(200);
    expect(series!.downsampled).toBe(true);
    expect(Math.max(...(series!.max as number[]))).toBe(99);
    expect(series!.steps.at(-1)).toBe(4999);
  });

  it('returns a short series as it is, in the order of its steps', () => {
    store.append(run, [point('loss', 3, 0.3), point('loss', 1, 0.1), point('loss', 2, 0.2)]);
    const [series] = store.series([run], undefined, 100);
    expect(series).toMatchObject({ steps: [1, 2, 3], mean: [0.1, 0.2, 0.3], downsampled: false, points: 3 });
  });

  it('takes of a tie at the last step the value recorded last, and beside it the greatest, as MLflow does', () => {
    store.append(run, [point('loss', 4, 0.7, 9), point('loss', 4, 0.9, 9), point('loss', 4, 0.8, 9)]);
    expect(store.summaries([run]).get(run)!.loss).toMatchObject({ last: 0.8, lastGreatest: 0.9 });
    store.append(run, [point('loss', 4, 0.1, 10), point('loss', 3, 5, 99)]);
    expect(store.summaries([run], ['loss']).get(run)!.loss).toMatchObject({
      last: 0.1,
      lastGreatest: 0.1,
      latestTimeMs: 99,
    });
  });

  it('has the mean of finite values only, also where their sum is beyond all numbers', () => {
    store.append(run, [
      point('a', 1, 1.5e308),
      point('a', 2, 1.5e308),
      point('a', 3, Number.NEGATIVE_INFINITY),
    ]);
    store.append(run, [point('a', 4, 1.5e308)]);
    expect(store.summaries([run]).get(run)!.a).toMatchObject({
      mean: expect.closeTo(1.5e308, -300),
      min: '-Infinity',
      max: 1.5e308,
    });
  });

  it('takes late values after it was settled, and negative steps', () => {
    for (let step = 0; step < 10; step++) store.append(run, [point('loss', step, step)]);
    store.settle(run);
    store.append(run, [point('loss', -7, 0.5), point('loss', 3, 0.25)]);
    store.settle(run);
    expect(store.series([run], ['loss'], 100)[0]!.steps).toEqual([-7, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
    expect(store.summaries([run]).get(run)!.loss).toMatchObject({ last: 9, firstStep: -7, points: 12 });
  });

  it('keeps nothing of a batch whose transaction was rolled back', () => {
    store.append(run, [point('loss', 0, 1)]);
    const batch = Array.from({ length: 5000 }, (_, step) => point('loss', step, 2));
    expect(() =>
      bench.core.database.transaction(() => {
        store.append(run, batch);
        throw new Error('the journal could not be marked as read');
      }),
    ).toThrow('journal');
    store.append(run, [point('loss', 1, 3)]);
    expect(store.points(run, undefined, 10, 0)).toMatchObject({
      total: 2,
      points: [{ value: 1 }, { value: 3 }],
    });
  });

  it('refuses a step that is no whole number, by name', () => {
    for (const step of [0.5, Number.NaN, 2 ** 60])
      expect(() => store.append(run, [point('loss', 1, 1), point('val loss', step, 1, 0)])).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', details: { key: 'val loss', step: String(step) } }),
      );
    expect(store.points(run, undefined, 10, 0).total).toBe(0);
  });

  it('shows the machine’s telemetry only where it is named', () => {
    store.append(run, [point('system/cpu', 0, 1), point('systematic', 0, 2)]);
    expect(store.series([run], undefined, 10).map(({ key }) => key)).toEqual(['systematic']);
    expect(store.points(run, undefined, 10, 0).total).toBe(1);
    expect(store.series([run], ['system/cpu'], 10)).toHaveLength(1);
  });

  it('draws a long series that two writers recorded side by side by its steps', () => {
    const points = Array.from({ length: 400_000 }, (_, index) => {
      const step = (index >> 1) + (index % 2 === 0 ? 0 : 700);
      return point('loss', step, step === 123_456 ? 50 : Math.sin(step / 20_000), index);
    });
    store.append(run, points);
    const [whole] = store.series([run], ['loss'], 400);
    expect(whole!.steps.length).toBeGreaterThan(350);
    expect(whole!.steps).toEqual(whole!.steps.toSorted((a, b) => a - b));
    const peak = whole!.max.indexOf(50);
    expect(whole!.steps[peak]! - 123_456).toBeLessThan(3000);
    for (const [index, mean] of whole!.mean.entries())
      if (index !== peak) expect(mean).toBeCloseTo(Math.sin((whole!.steps[index]! - 250) / 20_000), 1);
    const range = { by: 'step', from: 100_000, to: 100_009 } as const;
    const twice = Array.from({ length: 20 }, (_, index) => 100_000 + (index >> 1));
    expect(store.series([run], ['loss'], 400, range)[0]!.steps).toEqual(twice);
  });

  it('gives each point once to a reader that pauses while others are recorded', () => {
    const values = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => point('loss', from + index, from + index));
    store.append(run, values(0, 70_000));
    for (let step = 70_000; step < 70_100; step++) store.append(run, values(step, step + 1));
    const read: number[] = [];
    let next = 70_100;
    for (const columns of store.columns(run, 'loss')) {
      read.push(...columns.values);
      store.append(run, values(next, next + 300));
      next += 300;
    }
    expect(read).toEqual(values(0, 70_100).map(({ value }) => value));
  });

  it('forgets a run and leaves the others', () => {
    const other = bench.addRun();
    const points = Array.from({ length: 40_000 }, (_, step) => point('loss', step, step));
    for (const id of [run, other]) store.append(id, [...points, point('few', 1, 1)]);
    store.forget(run);
    expect(store.points(run, undefined, 10, 0).total).toBe(0);
    expect(store.points(other, undefined, 10, 0).total).toBe(40_001);
    for (const table of ['metric_keys', 'metric_chunks', 'metric_nodes', 'metric_tail'])
      expect(
        bench.core.database
          .prepare(
            `SELECT COUNT(DISTINCT ${table === 'metric_keys' ? 'run_id' : 'metric_id'}) AS n FROM ${table}`,
          )
          .get()!.n,
      ).toBe(1);
  });
});
