import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import { createMetricStore } from '../../../storage/metric-store.ts';
import { createRunLookup } from '../run-lookup.ts';
import { createRunNaming } from '../run-naming.ts';
import { createRunRepository } from '../runs.repository.ts';
import { createRunChanges } from './change-runs.ts';

let folder: string;
let core: Core;
let bench: ReturnType<typeof searchedRuns>;
let lookup: ReturnType<typeof createRunLookup>;
let changes: ReturnType<typeof createRunChanges>;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-changes-'));
  core = testCore(folder, fakeClock());
  bench = searchedRuns(core.database);
  const repository = createRunRepository(core.database);
  lookup = createRunLookup(core, {
    repository,
    metrics: createMetricStore(core.database),
    waitingFor: () => null,
    energyPrice: () => ({ perKilowattHour: null, currency: 'EUR' }),
  });
  changes = createRunChanges(core, { repository, lookup, naming: createRunNaming(core, repository) });
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

const experiments = (...ids: RunId[]) => lookup.rows(ids).map(({ experimentName }) => experimentName);
const eventsOf = (kind: string) => core.events.list({ limit: 100 }).filter((event) => event.kind === kind);
const refused = (code: string) => expect.objectContaining({ code });

describe('runs that are moved to another experiment', () => {
  it('are there, each with a line in the audit log, and what comes back undoes it', () => {
    const [a, b] = [bench.add({ name: 'a', experiment: 'one' }), bench.add({ name: 'b', experiment: 'two' })];
    const there = bench.add({ name: 'there', experiment: 'three' });
    const moved = changes.move([a, b, there], 'three', false);
    expect(moved.experiment).toMatchObject({ name: 'three', made: false });
    expect(moved.before.map(({ name, runs }) => [name, runs])).toEqual([
      ['one', [a]],
      ['two', [b]],
    ]);
    expect(experiments(a, b, there)).toEqual(['three', 'three', 'three']);
    expect(eventsOf('run.moved').map(({ subject }) => subject.id)).toEqual([b, a]);
    for (const { runs, experiment } of moved.before) changes.move(runs, experiment, false);
    expect(experiments(a, b, there)).toEqual(['one', 'two', 'three']);
  });

  it('get a new experiment only where that was asked for', () => {
    const run = bench.add({ name: 'a', experiment: 'one' });
    expect(() => changes.move([run], 'new', false)).toThrow(refused('NOT_FOUND'));
    expect(changes.move([run], 'new', true).experiment).toMatchObject({ name: 'new', made: true });
    expect(experiments(run)).toEqual(['new']);
  });

  it('all stay where one of them is not there or is of another project', () => {
    const run = bench.add({ name: 'a', experiment: 'one' });
    bench.add({ name: 'b', experiment: 'two' });
    expect(() => changes.move([run, 'f'.repeat(32) as RunId], 'two', false)).toThrow(refused('NOT_FOUND'));
    const stranger = searchedRuns(core.database).add({ name: 'c', experiment: 'elsewhere' });
    expect(() => changes.move([run, stranger], 'two', false)).toThrow(refused('INVALID_INPUT'));
    expect(experiments(run)).toEqual(['one']);
    expect(eventsOf('run.moved')).toEqual([]);
  });

  it('all stay, and no experiment is made, where one line of the audit log cannot be written', () => {
    const ids = ['a', 'b', 'c'].map((name) => bench.add({ name, experiment: 'one' }));
    core.database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.subject_id = '${ids[2]}' BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    expect(() => changes.move(ids, 'new', true)).toThrow('no room');
    expect(() => changes.updateMany(ids, { tags: { team: 'red' } })).toThrow('no room');
    expect(experiments(...ids)).toEqual(['one', 'one', 'one']);
    expect(lookup.rows(ids).map(({ tags }) => tags)).toEqual([{}, {}, {}]);
    expect(core.database.prepare(`SELECT 1 FROM experiments WHERE name = 'new'`).get()).toBeUndefined();
  });

  it('bring a deleted experiment back, and take the models that they logged along', () => {
    const run = bench.add({ name: 'a', experiment: 'one' });
    const other = bench.add({ name: 'b', experiment: 'gone' });
    const [, { experimentId }] = lookup.rows([run, other]) as [unknown, { experimentId: string }];
    core.database.prepare('UPDATE experiments SET deleted_at = 1 WHERE id = ?').run(experimentId);
    core.database
      .prepare(
        `INSERT INTO logged_models (id, experiment_id, name, model_type, source_run_id, status, created_at, updated_at)
         SELECT 'm-1', experiment_id, 'mlp', '', id, 'ready', 0, 0 FROM runs WHERE id = ?`,
      )
      .run(run);
    changes.move([run], experimentId, false);
    expect(
      core.database.prepare('SELECT deleted_at FROM experiments WHERE id = ?').get(experimentId),
    ).toEqual({
      deleted_at: null,
    });
    expect(core.database.prepare('SELECT experiment_id FROM logged_models').get()).toEqual({
      experiment_id: experimentId,
    });
  });

  it('stay where their client keeps artifacts at a place of the experiment', () => {
    const run = bench.add({ name: 'a', experiment: 'one' });
    bench.add({ name: 'b', experiment: 'bucket' });
    core.database
      .prepare(`UPDATE experiments SET artifact_location = 's3://bucket/1' WHERE name = 'bucket'`)
      .run();
    expect(() => changes.move([run], 'bucket', false)).toThrow(refused('CONFLICT'));
    expect(experiments(run)).toEqual(['one']);
  });
});

describe('tags of many runs', () => {
  it('are set and removed at once, and only runs that changed are told of', () => {
    const first = bench.add({ name: 'a', tags: { team: 'red', old: 'x' } });
    const second = bench.add({ name: 'b', tags: { team: 'blue' } });
    const third = bench.add({ name: 'c', tags: { team: 'blue', old: 'y' } });
    expect(changes.updateMany([first, second, third], { tags: { team: 'blue', old: null } })).toEqual({
      updated: [first, third],
    });
    expect(lookup.rows([first, second, third]).map(({ tags }) => tags)).toEqual([
      { team: 'blue' },
      { team: 'blue' },
      { team: 'blue' },
    ]);
    expect(eventsOf('run.updated').map(({ subject }) => subject.id)).toEqual([third, first]);
  });

  it('stay as they are where one of the runs is not there', () => {
    const run = bench.add({ name: 'a', tags: { team: 'red' } });
    expect(() => changes.updateMany([run, 'f'.repeat(32) as RunId], { tags: { team: 'blue' } })).toThrow(
      refused('NOT_FOUND'),
    );
    expect(lookup.row(run).tags).toEqual({ team: 'red' });
  });
});
