import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHashing } from '../../../../native/hashing/blake3.ts';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import type { Condition, RunEntity, Tracking } from '../../../kernel/ports/tracking.ts';
import { createMetricStore } from '../../../storage/metric-store.ts';
import { createObjectStore } from '../../../storage/object-store.ts';
import { createUploads } from '../../datasets/index.ts';
import { createProjects, type Projects } from '../../projects/index.ts';
import { createRunRepository } from '../runs.repository.ts';
import { createTracking } from './tracking.ts';

let folder: string;
let core: Core;
let projects: Projects;
let tracking: Tracking;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-tracking-'));
  core = testCore(folder, fakeClock());
  projects = createProjects(core);
  tracking = createTracking(core, {
    projects,
    repository: createRunRepository(core.database),
    metrics: createMetricStore(core.database),
    objects: createObjectStore(core.folders, createHashing()),
    spool: createUploads(core),
    nextColor: () => 1,
    onPoints: () => undefined,
  });
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

function run(name: string, startedAt = 0, experimentId = '0'): RunId {
  return tracking.runs.create({ experimentId, name, userId: 'me', startedAt, tags: [] }).id;
}

function log(id: RunId, key: string, ...values: number[]): void {
  const points = values.map((value, step) => ({ key, value, timeMs: step, step }));
  core.database.transaction(() => tracking.runs.log(id, { points, params: [], tags: [] }));
}

function found(conditions: Condition<RunEntity>[], ...order: [RunEntity, string, boolean][]): string[] {
  const search = {
    conditions,
    order: order.map(([entity, key, descending]) => ({ entity, key, descending })),
    limit: 100,
    offset: 0,
  };
  return tracking.runs.search(['0'], 'active', search).items.map(({ name }) => name);
}

describe('experiments of clients', () => {
  it('have numbers that no other project has, but 0, which is each project’s own', () => {
    const one = tracking.experiments.create({ name: 'one', artifactLocation: null, tags: [] });
    const mine = tracking.experiments.find('0')!;
    projects.create('other');
    projects.use('other');
    const two = tracking.experiments.create({ name: 'one', artifactLocation: null, tags: [] });
    expect(two.id).not.toBe(one.id);
    expect(tracking.experiments.find('0')).toMatchObject({
      id: '0',
      name: 'Default',
      createdAt: mine.createdAt,
    });
    expect(tracking.experiments.find(one.id)!.name).toBe('one');
    expect(
      tracking.experiments
        .search('all', {
          conditions: [],
          order: [{ entity: 'attribute', key: 'name', descending: false }],
          limit: 9,
          offset: 0,
        })
        .items.map(({ id }) => id),
    ).toEqual(['0', two.id]);
  });

  it('keep their number when they are renamed, and another of the same name gets one of its own', () => {
    tracking.experiments.find('0');
    tracking.experiments.rename('0', 'first');
    const other = tracking.experiments.create({ name: 'Default', artifactLocation: null, tags: [] });
    expect(Number(other.id)).toBeGreaterThan(0);
    expect(tracking.experiments.find('0')!.name).toBe('first');
  });

  it('keep their name when they are deleted, and take their runs with them', () => {
    const { id } = tracking.experiments.create({ name: 'gone', artifactLocation: null, tags: [] });
    const inside = run('inside', 0, id);
    tracking.experiments.setDeleted(id, true);
    expect(tracking.runs.state(inside)!.deleted).toBe(true);
    expect(() => tracking.experiments.create({ name: 'gone', artifactLocation: null, tags: [] })).toThrow(
      expect.objectContaining({ code: 'ALREADY_EXISTS' }),
    );
    tracking.experiments.setDeleted(id, false);
    expect(tracking.runs.state(inside)!.deleted).toBe(false);
  });
});

describe('a run that is read', () => {
  it('has its values to the last bit, and the texts as they were sent', () => {
    const values = [
      0.1 + 0.2,
      1 / 3,
      5e-324,
      1.7976931348623157e308,
      2 ** 53 - 1,
      -0.1,
      Number.NaN,
      Infinity,
      -Infinity,
    ];
    const id = run('exact');
    const points = values.map((value, index) => ({
      key: `m${index}`,
      value,
      timeMs: 1_700_000_000_123,
      step: -index,
    }));
    const params = [{ key: 'größe', value: 'a "b" \\ \n 日本' }];
    tracking.runs.log(id, { points, params, tags: [{ key: 't', value: '{"x": 1}' }] });
    const read = tracking.runs.get(id)!;
    expect(new Map(read.metrics.map(({ key, value }) => [key, value]))).toEqual(
      new Map(points.map(({ key, value }) => [key, value])),
    );
    expect(read.metrics.find(({ key }) => key === 'm2')).toEqual(points[2]);
    expect(read.params).toEqual(params);
    expect(read.tags).toContainEqual({ key: 't', value: '{"x": 1}' });
  });
});

describe('a search of runs', () => {
  it('compares metrics by their latest value; NaN differs from every number and is smaller or larger than none', () => {
    log(run('low'), 'loss', 9, 0.1);
    log(run('high'), 'loss', 0.1, 9);
    log(run('broken'), 'loss', 0.1, Number.NaN);
    run('none');
    const loss = (comparator: '<' | '>' | '!=', value: number) =>
      found([{ entity: 'metric', key: 'loss', comparator, value }], ['attribute', 'run_name', false]);
    expect(loss('<', 1)).toEqual(['low']);
    expect(loss('>', 1)).toEqual(['high']);
    expect(loss('!=', 9)).toEqual(['broken', 'low']);
  });

  it('sorts by a metric with NaN after the numbers and runs without it last, in both directions', () => {
    log(run('b'), 'loss', 2);
    log(run('nan'), 'loss', Number.NaN);
    run('none');
    log(run('a'), 'loss', 1);
    expect(found([], ['metric', 'loss', false])).toEqual(['a', 'b', 'nan', 'none']);
    expect(found([], ['metric', 'loss', true])).toEqual(['b', 'a', 'nan', 'none']);
  });

  it('heeds the case with LIKE and not with ILIKE, and takes no other sign for a pattern', () => {
    for (const name of ['Adam', 'adam', 'a*m', '[ab]']) run(name);
    const named = (comparator: 'LIKE' | 'ILIKE', value: string) =>
      found([{ entity: 'attribute', key: 'run_name', comparator, value }], ['attribute', 'run_name', false]);
    expect(named('LIKE', 'a%m')).toEqual(['a*m', 'adam']);
    expect(named('ILIKE', 'a__m')).toEqual(['Adam', 'adam']);
    expect(named('LIKE', 'a*m')).toEqual(['a*m']);
    expect(named('LIKE', '[ab]')).toEqual(['[ab]']);
  });

  it('never runs what stands in a key or a value', () => {
    run('safe');
    const nasty = `x' OR 1=1 --`;
    expect(found([{ entity: 'tag', key: nasty, comparator: '=', value: nasty }])).toEqual([]);
    expect(found([], ['param', nasty, false], ['metric', nasty, true])).toEqual(['safe']);
  });

  it('finds runs by the data that they read', () => {
    const id = run('reader');
    run('other');
    const data = {
      name: 'digits',
      digest: 'x1',
      sourceType: 'local',
      source: '/d',
      schema: null,
      profile: null,
    };
    tracking.runs.addDatasets(id, [{ ...data, tags: [{ key: 'mlflow.data.context', value: 'train' }] }]);
    for (const [key, value] of [
      ['name', 'digits'],
      ['digest', 'x1'],
      ['context', 'train'],
    ] as const)
      expect(found([{ entity: 'dataset', key, comparator: '=', value }])).toEqual(['reader']);
    expect(found([{ entity: 'dataset', key: 'context', comparator: '=', value: 'eval' }])).toEqual([]);
  });
});

describe('what a client logs again', () => {
  it('is not stored twice where it is the latest, and told once in a history', () => {
    const id = run('again');
    log(id, 'loss', 3, 2, 1);
    log(id, 'loss', 3, 2, 1);
    const { length, values } = tracking.runs.history(id, 'loss', 'time');
    expect(Array.from(values).slice(0, length)).toEqual([3, 2, 1]);
    expect(core.database.prepare('SELECT points FROM metric_keys').get()).toEqual({ points: 5 });
  });

  it('comes in order of time or of step, whatever the order it was logged in', () => {
    const id = run('order');
    const points = [
      { key: 'a', value: 1, timeMs: 30, step: 1 },
      { key: 'a', value: 2, timeMs: 10, step: 3 },
      { key: 'a', value: 3, timeMs: 20, step: 2 },
    ];
    tracking.runs.log(id, { points, params: [], tags: [] });
    expect(Array.from(tracking.runs.history(id, 'a', 'time').values)).toEqual([2, 3, 1]);
    expect(Array.from(tracking.runs.history(id, 'a', 'step').values)).toEqual([1, 3, 2]);
  });
});

describe('files of clients', () => {
  const bytes = async function* (text: string) {
    yield Buffer.from(text);
  };

  it('lie with their run, their logged model, or nobody', async () => {
    const id = run('keeper');
    const model = tracking.loggedModels.create({
      experimentId: '0',
      name: 'm',
      modelType: '',
      sourceRunId: id,
      params: [],
      tags: [],
    });
    await tracking.files.put(`0/${id}/artifacts/a/b.txt`, bytes('run'));
    await tracking.files.put(`0/models/${model.id}/artifacts/MLmodel`, bytes('model'));
    await tracking.files.put('free/c.txt', bytes('free'));
    expect(tracking.files.list(`0/${id}/artifacts`)).toEqual([{ name: 'a', isFolder: true, sizeBytes: 0 }]);
    expect(tracking.files.find(`0/models/${model.id}/artifacts/MLmodel`)).toMatchObject({ sizeBytes: 5 });
    expect(tracking.files.list('free')).toEqual([{ name: 'c.txt', isFolder: false, sizeBytes: 4 }]);
    tracking.files.remove(`0/${id}/artifacts/a`);
    expect(tracking.files.list(`0/${id}/artifacts`)).toEqual([]);
  });

  it('are refused for what is not there and for paths that lead elsewhere', async () => {
    await expect(tracking.files.put(`0/${'f'.repeat(32)}/artifacts/x`, bytes('x'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      tracking.files.put(`0/models/m-${'f'.repeat(32)}/artifacts/x`, bytes('x')),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const wrong of ['../x', 'a/../../x', '/etc/passwd', 'a\\b', 'C:/x'])
      await expect(tracking.files.put(wrong, bytes('x'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
