import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { type SearchedRun, searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import { createRunRepository } from '../runs.repository.ts';
import { createRunSearch, type RunSearch } from '../search/run-search.ts';
import { type GroupQuery, runGroups } from './run-groups.ts';
import { keysOf, readLastValues } from './run-keys.ts';

let folder: string;
let core: Core;
let search: RunSearch;
let bench: ReturnType<typeof searchedRuns>;
let names: Map<RunId, string>;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-table-'));
  core = testCore(folder, fakeClock());
  search = createRunSearch(core);
  bench = searchedRuns(core.database);
  names = new Map();
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

function add(...runs: SearchedRun[]): RunId[] {
  return runs.map((run) => {
    const id = bench.add(run);
    names.set(id, run.name);
    return id;
  });
}

function groups(query: Partial<GroupQuery> & Pick<GroupQuery, 'by'>, filter = '') {
  return runGroups(
    { ...core, search },
    { project: bench.project, filter },
    { fields: [], firstRuns: 2, limit: 100, offset: 0, orderBy: 'created', descending: false, ...query },
  );
}

const words = (of: ReturnType<typeof groups>) =>
  of.groups.map(({ values, runs, first }) => [...values, runs, first.map((id) => names.get(id)).join(' ')]);

describe('groups of runs', () => {
  beforeEach(() => {
    add(
      {
        name: 'a1',
        params: { opt: 'adam', seed: 1, lr: 0.1 },
        metrics: { loss: 1, extra: 5 },
        tags: { team: 'red' },
      },
      { name: 's10', params: { opt: 'sgd10', seed: 1, lr: '0.1' }, metrics: { loss: 8, extra: Infinity } },
      {
        name: 'a2',
        params: { opt: 'adam', seed: 2, lr: 0.2 },
        metrics: { loss: 3, extra: Infinity },
        tags: { team: 'red' },
      },
      { name: 's2', params: { opt: 'sgd2', seed: 2 }, metrics: { loss: Number.NaN, extra: 4 } },
      { name: 'a3', params: { opt: 'adam', seed: 3 }, metrics: { loss: 2 }, tags: { team: 'blue' } },
      { name: 'none', metrics: { loss: 0.1 } },
    );
  });

  it('stand in the order of their first runs, runs without a value last, with the first few of each', () => {
    const found = groups({ by: ['params.opt'] });
    expect(words(found)).toEqual([
      ['adam', 3, 'a1 a2'],
      ['sgd10', 1, 's10'],
      ['sgd2', 1, 's2'],
      [null, 1, 'none'],
    ]);
    expect(found).toMatchObject({ total: 4, runs: 6 });
  });

  it('have mean, deviation and interval of a metric, of its finite values', () => {
    const { groups: found } = groups({ by: ['params.opt'], fields: ['metrics.loss', 'metrics.extra'] });
    const [adam, sgd10, sgd2] = found.map(({ cells }) => cells);
    expect(adam![0]).toMatchObject({ kind: 'numbers', count: 3, mean: 2, deviation: 1, min: 1, max: 3 });
    // 4.302653 is the quantile of t with two degrees of freedom.
    expect(adam![0]).toHaveProperty('half', expect.closeTo(4.302653 / Math.sqrt(3), 5));
    expect(sgd2![0]).toEqual({
      kind: 'numbers',
      count: 0,
      mean: null,
      deviation: null,
      half: null,
      min: null,
      max: null,
    });
    expect(adam![1]).toMatchObject({ count: 1, mean: 5, max: 5 });
    expect(sgd10![1]).toMatchObject({ count: 0, mean: null });
    expect(sgd2![1]).toMatchObject({ count: 1, mean: 4, deviation: null, half: null });
  });

  it('say of words how many there are, and which it is if it is one', () => {
    const { groups: found } = groups({ by: ['params.opt'], fields: ['tags.team', 'params.seed', 'status'] });
    expect(found[0]!.cells).toEqual([
      { kind: 'words', distinct: 2, value: null },
      { kind: 'words', distinct: 3, value: null },
      { kind: 'words', distinct: 1, value: 'finished' },
    ]);
    expect(found[1]!.cells[0]).toEqual({ kind: 'words', distinct: 0, value: null });
  });

  it('are sorted by means, by their own values as people count, and page by page', () => {
    const byLoss = groups({ by: ['params.opt'], orderBy: 'metrics.loss', descending: true });
    expect(byLoss.groups.map(({ values }) => values[0])).toEqual(['sgd10', 'adam', 'sgd2', null]);
    const own = groups({ by: ['params.opt'], orderBy: 'params.opt', descending: true });
    expect(own.groups.map(({ values }) => values[0])).toEqual(['sgd10', 'sgd2', 'adam', null]);
    const second = groups({ by: ['params.opt'], orderBy: 'params.opt', limit: 1, offset: 1 });
    expect(second.groups.map(({ values }) => values[0])).toEqual(['sgd2']);
    expect(second.total).toBe(4);
  });

  it('are of several fields at once, and take 0.1 and "0.1" for the same', () => {
    expect(words(groups({ by: ['params.opt', 'tags.team'] }, 'params.opt = adam'))).toEqual([
      ['adam', 'red', 2, 'a1 a2'],
      ['adam', 'blue', 1, 'a3'],
    ]);
    expect(words(groups({ by: ['params.lr'] }))[0]).toEqual(['0.1', 2, 'a1 s10']);
  });

  it('are found again run by run, those without a value too', () => {
    const found = groups({ by: ['params.opt', 'tags.team'] });
    const inGroups = found.groups.map(({ values }) => {
      const within = ['params.opt', 'tags.team'].map((field, index) => ({ field, value: values[index]! }));
      return search.ids({ project: bench.project, within }, { orderBy: 'created', descending: false }).length;
    });
    expect(inGroups).toEqual(found.groups.map(({ runs }) => runs));
    expect(inGroups.reduce((sum, count) => sum + count, 0)).toBe(6);
  });

  it('are of data, and of no metric or time', () => {
    add({ name: 'd', data: [{ name: 'digits', version: 2 }] });
    expect(words(groups({ by: ['data'] }))[0]).toEqual(['digits v2', 1, 'd']);
    const refused = (by: string) => () => groups({ by: [by] });
    for (const field of ['metrics.loss', 'started', 'nonsense'])
      expect(refused(field)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('the fields that runs come with', () => {
  const repository = () => createRunRepository(core.database);

  it('are those that were asked for, whatever is in their names', () => {
    const [id] = add({
      name: 'one',
      params: { lr: 0.1, 'batch size': 64, text: 'a "b" \n' },
      metrics: { loss: 0.25, 'val/acc': Infinity, odd: Number.NaN },
      tags: { team: 'red', __proto__x: 'y' },
    });
    const keys = keysOf(['metrics.val/acc', 'metrics.odd', 'params.batch size', 'tags."team"']);
    expect(repository().listedByIds([id!], keys)[0]).toMatchObject({
      params: { 'batch size': 64 },
      tags: { team: 'red' },
    });
    expect(repository().listedByIds([id!], keys)[0]!.params).not.toHaveProperty('lr');
    expect(readLastValues(core.database, [id!], keys.metrics).get(id!)).toEqual({
      'val/acc': 'Infinity',
      odd: 'NaN',
    });
    expect(repository().listedByIds([id!])[0]!.params).toEqual({
      lr: 0.1,
      'batch size': 64,
      text: 'a "b" \n',
    });
    expect(readLastValues(core.database, [id!]).get(id!)).toEqual({
      loss: 0.25,
      odd: 'NaN',
      'val/acc': 'Infinity',
    });
    expect(repository().listedByIds([id!], keysOf([]))[0]).toMatchObject({ params: {}, tags: {} });
  });

  it('keep every number as it was', () => {
    const values = [0.1, 1 / 3, 5e-324, -1.7976931348623157e308, 123456789.125, -0, 2 ** 53];
    const [id] = add({
      name: 'exact',
      metrics: Object.fromEntries(values.map((value, key) => [`m${key}`, value])),
    });
    expect(Object.values(readLastValues(core.database, [id!]).get(id!)!)).toEqual(
      values.map((value) => value + 0),
    );
  });

  it('are no facts of the run', () =>
    expect(() => keysOf(['metrics.loss', 'name'])).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'name' } }),
    ));
});
