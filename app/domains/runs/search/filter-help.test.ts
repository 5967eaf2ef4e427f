import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { Core } from '../../../kernel/core.ts';
import { filterKeys, filterValues } from './filter-help.ts';

let folder: string;
let core: Core;
let bench: ReturnType<typeof searchedRuns>;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-help-'));
  core = testCore(folder);
  bench = searchedRuns(core.database);
  bench.add({
    name: 'a',
    metrics: { loss: 1, acc: 2 },
    params: { optimizer: 'adam', lr: 0.1 },
    tags: { team: 'vision' },
    data: [
      { name: 'digits', version: 1 },
      { name: 'digits', version: 2 },
    ],
    models: [{ name: 'scan', version: 1 }],
  });
  bench.add({
    name: 'b',
    metrics: { loss: 1 },
    params: { optimizer: 'adam' },
    data: [{ name: 'digits', version: 2 }],
  });
  bench.add({ name: 'c', experiment: 'Other', params: { optimizer: 'a "b"' } });
  searchedRuns(core.database).add({ name: 'elsewhere', metrics: { other: 1 }, params: { optimizer: 'sgd' } });
});
afterEach(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

describe('what runs can be filtered by', () => {
  it('is counted by project, the most frequent first', () => {
    expect(filterKeys(core.database, bench.project)).toEqual([
      { kind: 'metric', key: 'loss', runs: 2 },
      { kind: 'metric', key: 'acc', runs: 1 },
      { kind: 'param', key: 'optimizer', runs: 3 },
      { kind: 'param', key: 'lr', runs: 1 },
      { kind: 'tag', key: 'team', runs: 1 },
      { kind: 'data', key: 'digits', runs: 2 },
      { kind: 'model', key: 'scan', runs: 1 },
    ]);
  });

  it('follows tags that are set again and removed', () => {
    const { database } = core;
    const tags = () => filterKeys(database, bench.project).filter(({ kind }) => kind === 'tag');
    const id = database.prepare("SELECT id FROM runs WHERE name = 'b'").get()!.id!;
    const set = database.prepare(
      'INSERT INTO run_tags VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    set.run(id, 'team', 'audio');
    set.run(id, 'team', 'vision');
    expect(tags()).toEqual([{ kind: 'tag', key: 'team', runs: 2 }]);
    database.prepare("DELETE FROM run_tags WHERE key = 'team'").run();
    expect(tags()).toEqual([]);
  });

  it('gives the most frequent values of a field', () => {
    const values = (field: string) => filterValues(core.database, bench.project, field);
    expect(values('params.optimizer')).toEqual([
      { value: 'adam', runs: 2 },
      { value: 'a "b"', runs: 1 },
    ]);
    expect(values('params.lr')).toEqual([{ value: '0.1', runs: 1 }]);
    expect(values('tags.team')).toEqual([{ value: 'vision', runs: 1 }]);
    expect(values('experiment')).toEqual([
      { value: 'Default', runs: 2 },
      { value: 'Other', runs: 1 },
    ]);
    expect(values('user')).toEqual([]);
    expect(() => values('metrics.loss')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'metrics.loss' } }),
    );
  });
});
