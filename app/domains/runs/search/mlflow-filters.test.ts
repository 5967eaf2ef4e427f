import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededNumbers } from '../../../../test/support/metric-runs.ts';
import { searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import { runTerms, withOwnStatus } from '../../../interop/mlflow/search-fields.ts';
import { readFilter } from '../../../interop/mlflow/search-terms.ts';
import type { Core } from '../../../kernel/core.ts';
import { searchRuns } from '../tracking/run-search.ts';
import { createRunSearch } from './run-search.ts';

let folder: string;
let core: Core;
let bench: ReturnType<typeof searchedRuns>;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-same-'));
  core = testCore(folder);
  bench = searchedRuns(core.database);
  const next = seededNumbers(5);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  for (let index = 0; index < 60; index++) {
    bench.add({
      name: pick(['first', 'Second', 'a%b', 'x*y']),
      status: pick(['finished', 'failed', 'running', 'cancelled', 'queued']),
      startedAt: 1000 + index,
      endedAt: next() < 0.5 ? 5000 + index : null,
      user: pick(['ada', 'grace']),
      metrics: next() < 0.7 ? { 'val loss': pick([0.1, 0.5, Number.NaN, Infinity]) } : {},
      params: next() < 0.7 ? { lr: pick(['0.1', '0.10', 'Adam', '1e-1']) } : {},
      tags: next() < 0.5 ? { 'my.tag': pick(['a', 'A', '', '5']) } : {},
    });
  }
});
afterAll(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

describe("MLflow's filters", () => {
  it.each([
    'metrics.`val loss` < 0.3',
    'metrics."val loss" != 0.5',
    'metric.`val loss` >= -1e-3 and params.lr = "0.1"',
    "params.lr = '0.1'",
    "params.lr != '0.1'",
    "parameters.lr LIKE '0.1%'",
    "param.lr ILIKE 'ADAM'",
    'params.lr IS NULL',
    'params.lr is not null',
    "tags.my.tag = 'a'",
    'tags.`my.tag` LIKE "A"',
    'tags."my.tag" = \'5\'',
    "tag.my.tag != ''",
    "attributes.status = 'FINISHED'",
    "attribute.status != 'KILLED'",
    "status LIKE 'F%'",
    "status = 'SCHEDULED' AND attr.run_name = 'first'",
    "run_name LIKE 'a%b'",
    "run_name LIKE 'x*y'",
    "run_name ILIKE 'SEC%'",
    "`run name` = 'first'",
    'start_time > 1030',
    'attributes.end_time <= 5030 AND user_id = "ada"',
    "run_id IN ('00000000000000000000000000000000')",
    "run_id NOT IN ('00000000000000000000000000000000')",
    "artifact_uri LIKE '%artifacts'",
    "dataset.name = 'digits'",
    '',
  ])('mean the same in Lathe: %s', (filter) => {
    const { database } = core;
    const experiments = database
      .prepare('SELECT id FROM experiments')
      .all()
      .map(({ id }) => String(id));
    const conditions = readFilter(filter, runTerms).map(withOwnStatus);
    const expected = searchRuns(database, experiments, 'active', {
      conditions,
      order: [],
      limit: 1000,
      offset: 0,
    });
    const found = createRunSearch(core)
      .named({ project: bench.project, filter })
      .map(({ id }) => id);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});
