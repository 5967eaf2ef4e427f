import { describe, expect, it } from 'vitest';
import { reproduction } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import type { JobState } from '../../contract/jobs.contract.ts';
import { compareReproduction, type ReproductionSide } from './reproduction.ts';

type Values = readonly number[];

function side(
  metrics: Record<string, Values>,
  {
    status = 'finished',
    environment = {},
    every = 10,
  }: {
    status?: JobState;
    environment?: Record<string, string>;
    every?: number;
  } = {},
): ReproductionSide {
  const points = Object.entries(metrics).map(
    ([key, values]) =>
      [key, { steps: values.map((_, index) => index * every), values: Float64Array.from(values) }] as const,
  );
  return { id: '0'.repeat(32) as RunId, status, environment, points: new Map(points) };
}
function compare(a: ReproductionSide, b: ReproductionSide) {
  const result = compareReproduction(
    { ...a, id: 'a'.repeat(32) as RunId },
    { ...b, id: 'b'.repeat(32) as RunId },
  );
  expect(reproduction.parse(result)).toEqual(result);
  return result;
}
const one = (a: Values, b: Values) => compare(side({ loss: a }), side({ loss: b })).metrics[0];

describe('a metric of a reproduction', () => {
  it.each<[string, Values, Values, string, number | null]>([
    ['every point is the same', [3, 2, 1], [3, 2, 1], 'identical', null],
    ['NaN and infinities come again', [NaN, Infinity, NaN], [NaN, Infinity, NaN], 'identical', null],
    ['the last value is off by a millionth', [3, 1], [3, 1.000001], 'close', 10],
    ['the last value is off by more', [3, 1], [3, 1.0000011], 'differs', 10],
    ['only the way there differs', [3, 2, 1], [3, 2.5, 1], 'close', 10],
    ['small values are off by a part of their size', [1e-12], [1.1e-12], 'differs', 0],
    ['large values are off by a part of their size', [1e12], [1e12 + 1], 'close', 0],
    ['signs differ', [1e-9], [-1e-9], 'differs', 0],
    ['nothing became zero', [1e-30], [0], 'differs', 0],
    ['it became NaN', [3, 1], [3, NaN], 'differs', 10],
    ['it was NaN on the way', [NaN, 1], [3, 1], 'close', 0],
    ['it became infinite', [1], [Infinity], 'differs', 0],
    ['it became infinite the other way', [-Infinity], [Infinity], 'differs', 0],
    ['it ended early', [3, 2, 1], [3, 2], 'differs', 20],
    ['it went on', [3], [3, 2], 'differs', 10],
    ['it went on to the same', [3, 3], [3, 3, 3], 'close', 20],
    ['it is gone', [3, 2], [], 'missing', 0],
    ['it is new', [], [3], 'missing', 0],
  ])('where %s', (_, original, reproduced, verdict, firstDifferentStep) => {
    expect(one(original, reproduced)).toMatchObject({ verdict, firstDifferentStep });
  });

  it('shows the last values, as numbers that survive the wire', () => {
    expect(one([1, NaN], [1, -Infinity])).toMatchObject({ original: 'NaN', reproduced: '-Infinity' });
    expect(one([], [2, 4])).toMatchObject({ original: null, reproduced: 4 });
  });

  it('differs from the first step that was recorded at another time', () => {
    const { metrics } = compare(side({ loss: [3, 2, 1] }), side({ loss: [3, 2, 1] }, { every: 5 }));
    expect(metrics).toMatchObject([{ verdict: 'close', firstDifferentStep: 5 }]);
  });
});

describe('a reproduction', () => {
  it('is as good as the worst of its metrics', () => {
    const original = side({ a: [1], b: [1, 1] });
    const verdict = (metrics: Record<string, Values>) => compare(original, side(metrics)).verdict;
    expect(verdict({ b: [1, 1], a: [1] })).toBe('identical');
    expect(verdict({ a: [1], b: [2, 1] })).toBe('close');
    expect(verdict({ a: [2], b: [2, 1] })).toBe('differs');
    expect(verdict({ a: [1] })).toBe('differs');
    expect(verdict({ a: [1], b: [1, 1], c: [1] })).toBe('differs');
    expect(compare(side({}), side({})).verdict).toBe('identical');
  });

  it('passes over the telemetry of the machine and sorts the rest', () => {
    const { verdict, metrics } = compare(
      side({ z: [1], 'system/cpu_percent': [90], a: [1] }),
      side({ a: [1], 'system/gpu_0_percent': [5], z: [1] }),
    );
    expect([verdict, metrics.map(({ key }) => key)]).toEqual(['identical', ['a', 'z']]);
  });

  it('is pending until both have ended, and failed unless it finished', () => {
    const original = side({ a: [1, 2] });
    const endedAs = (status: JobState, first: JobState = 'finished') =>
      compare({ ...original, status: first }, side({ a: [1] }, { status }));
    expect(endedAs('queued')).toMatchObject({ verdict: 'pending', metrics: [] });
    expect(endedAs('running').verdict).toBe('pending');
    expect(endedAs('finished', 'running').verdict).toBe('pending');
    for (const status of ['failed', 'cancelled', 'lost'] as const) {
      expect(endedAs(status)).toMatchObject({ verdict: 'failed', metrics: [{ firstDifferentStep: 10 }] });
    }
  });

  it('names what differs in the environment, but what was expected to', () => {
    const a = side({}, { environment: { python: '3.11.2', 'package.torch': '2.3.0', host: 'anvil' } });
    const b = side(
      {},
      { environment: { python: '3.11.2', 'package.torch': '2.4.0', cuda: '12.4', host: 'forge' } },
    );
    expect(compareReproduction(a, b, new Set(['host'])).environment).toEqual([
      { key: 'cuda', original: null, reproduced: '12.4' },
      { key: 'package.torch', original: '2.3.0', reproduced: '2.4.0' },
    ]);
    expect(compareReproduction(a, b).environment).toHaveLength(3);
  });

  it('does not count times and speeds, which it shows', () => {
    const side = (id: string, seconds: number) => ({
      id: id as RunId,
      status: 'finished' as const,
      environment: {},
      points: new Map([
        ['loss', { steps: [1], values: [0.5] }],
        ['epoch_seconds', { steps: [1], values: [seconds] }],
        ['samples_per_second', { steps: [1], values: [1 / seconds] }],
      ]),
    });
    const result = compareReproduction(side('a', 1), side('b', 2));
    expect(result.verdict).toBe('identical');
    expect(result.metrics.map(({ key, timing, verdict }) => [key, timing, verdict])).toEqual([
      ['epoch_seconds', true, 'differs'],
      ['loss', false, 'identical'],
      ['samples_per_second', true, 'differs'],
    ]);
  });
});
