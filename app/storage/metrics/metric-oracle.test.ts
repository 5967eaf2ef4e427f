import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetricBench, openMetricStore, seededNumbers } from '../../../test/support/metric-runs.ts';
import type { RunId } from '../../contract/ids.ts';
import { fromWireNumber, toWireNumber } from '../../contract/wire.ts';
import { createMetricStore, type MetricRange, type RecordedPoint } from '../metric-store.ts';

/** The same as the store by the plainest means: a list of points for each key. */
type Oracle = Map<string, RecordedPoint[]>;

let bench: MetricBench;
let run: RunId;
beforeEach(() => {
  bench = openMetricStore();
  run = bench.addRun();
});
afterEach(() => bench.close());

function record(oracle: Oracle, points: readonly RecordedPoint[]): void {
  bench.core.database.transaction(() => bench.store.append(run, points));
  for (const point of points) {
    const list = oracle.get(point.key);
    if (list) list.push(point);
    else oracle.set(point.key, [point]);
  }
}

/** Batches from single points to thousands; steps that grow, stand still, go back or jump. */
function randomBatches(seed: number, oracle: Oracle): void {
  const random = seededNumbers(seed);
  const keys = ['loss', 'val/größe', 'a/b/c', 'λ'].slice(0, 1 + Math.floor(random() * 4));
  const step = new Map<string, number>();
  const disorder = random() < 0.5 ? 0 : 0.2 * random();
  let timeMs = 1.75e12;
  for (let batch = 0; batch < 60; batch++) {
    const largest = random() < 0.1 ? 5000 : random() < 0.3 ? 300 : 4;
    const points: RecordedPoint[] = [];
    for (let count = 1 + Math.floor(random() * largest); count > 0; count--) {
      const key = keys[Math.floor(random() * keys.length)]!;
      const next = (step.get(key) ?? -50) + Math.floor(random() * 3);
      step.set(key, random() < disorder / 50 ? next - Math.floor(random() * 3000) : next);
      timeMs += random() < disorder / 50 ? -5000 : Math.floor(random() * 4);
      const value = random() < 0.01 ? [Number.NaN, -1 / 0, 1 / 0][Math.floor(random() * 3)]! : random() - 0.5;
      points.push({ key, step: step.get(key)!, timeMs, value });
    }
    record(oracle, points);
    if (random() < 0.03) bench.store.settle(run);
  }
}

function expectSame(oracle: Oracle, random: () => number): void {
  const store = createMetricStore(bench.core.database);
  const summaries = store.summaries([run]).get(run)!;
  expect(Object.keys(summaries).sort()).toEqual([...oracle.keys()].sort());
  for (const [key, points] of oracle) {
    expectPoints(store, key, points, random);
    expect(summaries[key]).toEqual(summaryOf(points));
    expectSeries(store, key, points, undefined);
    const sorted = byStep(points);
    const [a, b] = [
      sorted[Math.floor(random() * sorted.length)]!,
      sorted[Math.floor(random() * sorted.length)]!,
    ];
    expectSeries(store, key, points, {
      by: 'step',
      from: Math.min(a.step, b.step),
      to: Math.max(a.step, b.step),
    });
    expectSeries(store, key, points, {
      by: 'time',
      from: Math.min(a.timeMs, b.timeMs),
      to: Math.max(a.timeMs, b.timeMs),
    });
  }
}

function expectPoints(
  store: MetricBench['store'],
  key: string,
  points: readonly RecordedPoint[],
  random: () => number,
): void {
  const wire = points.map((point) => ({ ...point, value: toWireNumber(point.value) }));
  expect(store.points(run, key, points.length + 1, 0)).toEqual({
    points: wire,
    total: points.length,
    damaged: [],
  });
  const offset = Math.floor(random() * points.length);
  const limit = Math.floor(random() * 3000);
  expect(store.points(run, key, limit, offset).points).toEqual(wire.slice(offset, offset + limit));
}

const byStep = (points: readonly RecordedPoint[]) => points.toSorted((a, b) => a.step - b.step);

function summaryOf(points: readonly RecordedPoint[]) {
  const finite = points.map(({ value }) => value).filter(Number.isFinite);
  const numbers = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const times = points.map(({ timeMs }) => timeMs);
  const greatestStep = Math.max(...points.map(({ step }) => step));
  const atLast = points.filter(({ step }) => step === greatestStep);
  const lastTimeMs = Math.max(...atLast.map(({ timeMs }) => timeMs));
  const tied = atLast.filter(({ timeMs }) => timeMs === lastTimeMs);
  const rank = (value: number) => (Number.isNaN(value) ? 0 : value);
  const greatest = tied.reduce((best, point) => (rank(point.value) > rank(best.value) ? point : best));
  return {
    last: toWireNumber(tied.at(-1)!.value),
    lastStep: greatestStep,
    firstStep: Math.min(...points.map(({ step }) => step)),
    min: toWireNumber(numbers.length > 0 ? Math.min(...numbers) : Number.NaN),
    max: toWireNumber(numbers.length > 0 ? Math.max(...numbers) : Number.NaN),
    mean:
      finite.length > 0
        ? expect.closeTo(finite.reduce((sum, value) => sum + value, 0) / finite.length, 10)
        : 'NaN',
    points: points.length,
    lastTimeMs,
    firstTimeMs: Math.min(...times),
    latestTimeMs: Math.max(...times),
    lastGreatest: toWireNumber(greatest.value),
  };
}

/** All points where there is room for them; else buckets that cover them one after the other, each exact. */
function expectSeries(
  store: MetricBench['store'],
  key: string,
  points: readonly RecordedPoint[],
  range: MetricRange | undefined,
): void {
  const place = (point: RecordedPoint) => (range?.by === 'time' ? point.timeMs : point.step);
  const inView = byStep(points).filter(
    (point) => !range || (place(point) >= range.from && place(point) <= range.to),
  );
  const [raw] = store.series([run], [key], Math.max(10, inView.length), range);
  expect(raw).toMatchObject({ points: points.length, downsampled: false });
  expect(raw!.steps).toEqual(inView.map(({ step }) => step));
  expect(raw!.timesMs).toEqual(inView.map(({ timeMs }) => timeMs));
  for (const column of [raw!.mean, raw!.min, raw!.max])
    expect(column).toEqual(inView.map(({ value }) => toWireNumber(value)));
  for (const maxPoints of [10, 150]) {
    const [drawn] = store.series([run], [key], maxPoints, range);
    expectBuckets(drawn!, inView, maxPoints);
  }
}

function expectBuckets(
  drawn: ReturnType<MetricBench['store']['series']>[number],
  inView: readonly RecordedPoint[],
  maxPoints: number,
): void {
  expect(drawn.steps.length).toBeLessThanOrEqual(maxPoints);
  expect(drawn.steps.length).toBeGreaterThanOrEqual(Math.min(inView.length, maxPoints) * 0.5);
  expect(drawn.downsampled).toBe(inView.length > drawn.steps.length);
  expect(drawn.steps).toEqual(drawn.steps.toSorted((a, b) => a - b));
  expect(drawn.steps.at(-1)).toBe(inView.at(-1)?.step);
  let next = 0;
  for (const [index, step] of drawn.steps.entries()) {
    // A bucket ends at one of the points with its step and its time.
    const ends = [];
    for (let at = next; at < inView.length && inView[at]!.step <= step; at++)
      if (inView[at]!.step === step && inView[at]!.timeMs === drawn.timesMs[index]) ends.push(at + 1);
    const end = ends.find((at) => sameBucket(drawn, index, inView.slice(next, at)));
    expect(end, `bucket ${index} of ${drawn.steps.length}, from point ${next}, step ${step}`).toBeDefined();
    next = end!;
  }
  expect(next).toBe(inView.length);
}

function sameBucket(
  drawn: ReturnType<MetricBench['store']['series']>[number],
  index: number,
  points: readonly RecordedPoint[],
): boolean {
  const finite = points.map(({ value }) => value).filter(Number.isFinite);
  const [mean, min, max] = [drawn.mean[index]!, drawn.min[index]!, drawn.max[index]!];
  if (finite.length === 0) return mean === toWireNumber(points.at(-1)!.value) && min === mean && max === mean;
  const expected = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return (
    min === Math.min(...finite) &&
    max === Math.max(...finite) &&
    Math.abs(fromWireNumber(mean) - expected) < 1e-9
  );
}

describe('the metric store beside a plain list of points', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('gives the same after the random batches %i', (seed) => {
    const oracle: Oracle = new Map();
    randomBatches(seed, oracle);
    expectSame(oracle, seededNumbers(seed + 1000));
  });

  it('draws long series in order exactly, from segments of every level', () => {
    const oracle: Oracle = new Map();
    const random = seededNumbers(77);
    const points = Array.from({ length: 700_000 }, (_, index) => ({
      key: 'loss',
      step: index * 2,
      timeMs: 1.75e12 + index,
      value: Math.sin(index / 1e5) + random(),
    }));
    record(oracle, points.slice(0, 699_990));
    for (const point of points.slice(699_990)) record(oracle, [point]);
    for (const [maxPoints, range] of [
      [10, undefined],
      [100, undefined],
      [1000, undefined],
      [10_000, undefined],
      [500, { by: 'step', from: 101, to: 1_200_001 }],
      [500, { by: 'step', from: 300_001, to: 399_001 }],
      [500, { by: 'time', from: 1.75e12 + 200_000, to: 1.75e12 + 200_400 }],
    ] as [number, MetricRange | undefined][]) {
      const place = (point: RecordedPoint) => (range?.by === 'time' ? point.timeMs : point.step);
      const inView = points.filter(
        (point) => !range || (place(point) >= range.from && place(point) <= range.to),
      );
      const [drawn] = bench.store.series([run], ['loss'], maxPoints, range);
      // Times are strictly rising, so each bucket's end is known: its points are checked without a search.
      expectRisingBuckets(drawn!, inView, Math.min(maxPoints, 2000));
    }
  });

  it('keeps 10,000 keys of one run apart', () => {
    const oracle: Oracle = new Map();
    const names = Array.from({ length: 10_000 }, (_, index) => `层/${index % 100}/gewicht ${index}`);
    for (let step = 0; step < 3; step++)
      record(
        oracle,
        names.map((key, index) => ({ key, step, timeMs: step, value: index + step / 10 })),
      );
    const summaries = bench.store.summaries([run]).get(run)!;
    expect(Object.keys(summaries)).toHaveLength(10_000);
    for (const [index, key] of names.entries())
      expect(summaries[key]).toMatchObject({ last: index + 0.2, points: 3 });
    expect(bench.store.points(run, undefined, 5, 14_999).points).toHaveLength(5);
    expect(bench.store.points(run, undefined, 5, 0).total).toBe(30_000);
  });
});

function expectRisingBuckets(
  drawn: ReturnType<MetricBench['store']['series']>[number],
  inView: readonly RecordedPoint[],
  wanted: number,
): void {
  expect(drawn.steps.length).toBeGreaterThanOrEqual(Math.min(inView.length, wanted) * 0.9);
  let next = 0;
  for (const [index, timeMs] of drawn.timesMs.entries()) {
    let end = next;
    while (end < inView.length && inView[end]!.timeMs <= timeMs) end += 1;
    expect(end).toBeGreaterThan(next);
    expect(inView[end - 1]!.step).toBe(drawn.steps[index]);
    expect(sameBucket(drawn, index, inView.slice(next, end)), `bucket ${index}`).toBe(true);
    next = end;
  }
  expect(next).toBe(inView.length);
}
