import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../test/support/test-core.ts';
import type { RunId } from '../contract/ids.ts';
import type { Core } from '../kernel/core.ts';
import { newId } from '../kernel/new-id.ts';
import { createMetricStore, type MetricStore } from './metric-store.ts';

describe('the metric store', () => {
  let folder: string;
  let core: Core;
  let store: MetricStore;
  let run: RunId;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-metrics-'));
    core = testCore(folder);
    store = createMetricStore(core.database);
    run = insertRun(core);
  });
  afterEach(() => {
    core.database.close();
    fs.rmSync(folder, { recursive: true });
  });

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
      min: 0.1,
      max: 0.9,
      points: 3,
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
});

function insertRun(core: Core): RunId {
  const [project, experiment, run] = [newId<string>(), newId<string>(), newId<RunId>()];
  core.database.prepare('INSERT INTO projects (id, name, created_at) VALUES (?, ?, 0)').run(project, 'p');
  core.database
    .prepare('INSERT INTO experiments (id, project_id, name, created_at) VALUES (?, ?, ?, 0)')
    .run(experiment, project, 'e');
  core.database
    .prepare(
      `INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, environment, created_at)
       VALUES (?, ?, ?, 'r', 1, 'queued', 'mlp', 'native', '{}', '{}', 0)`,
    )
    .run(run, project, experiment);
  return run;
}
