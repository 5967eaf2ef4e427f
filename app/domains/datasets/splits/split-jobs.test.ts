import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataCheckEngine } from '../../../../native/tables/checks/check-engine.ts';
import { DataWorkspace } from '../../../../test/support/data-workspace.ts';
import type { memoryDataStore } from '../../../../test/support/memory-data-store.ts';
import { dataSplitSpec, datasetSplit, leakageReport } from '../../../contract/data-splits.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import { createSplitJobs } from './split-jobs.ts';
import { createSplits } from './splits.service.ts';

const engine = createDataCheckEngine();
afterAll(() => engine.close());

let workspace: DataWorkspace<ReturnType<typeof memoryDataStore>>;
let version: DatasetVersion;

beforeEach(async () => {
  workspace = DataWorkspace.inMemory();
  const lines = Array.from({ length: 100 }, (_, i) => `${i % 4},${(i * 13) % 71}`);
  ({ version } = await workspace.load(
    'visits',
    workspace.file('t.csv', `patient_id,x\n${lines.join('\n')}\n`),
  ));
});
afterEach(() => workspace.close());

const halves = dataSplitSpec.parse({ method: { kind: 'random' }, folds: 2, duplicates: 'apart' });

function parts() {
  const splits = createSplits(workspace.core, { engine, datasets: workspace.datasets });
  return { splits, jobs: createSplitJobs(workspace.core, splits) };
}

describe('a split that is made as a job', () => {
  it('tells how far it is, and ends with the split', async () => {
    const { splits, jobs } = parts();
    const { id } = jobs.make(version, 'halves', halves);
    const told = [];
    for await (const job of workspace.core.jobs.watch(id, undefined)) told.push(job);
    expect(told.some(({ progress }) => (progress.fraction ?? 0) > 0 && progress.message !== '')).toBe(true);
    expect(told.at(-1)).toMatchObject({
      kind: 'dataset.split',
      title: 'Split visits v1: halves',
      state: 'finished',
    });
    expect(datasetSplit.parse(told.at(-1)?.result)).toEqual(splits.get(version, 'halves'));
  });

  it('is the one that is there where it is the same, and refused at once where it is another', async () => {
    const { splits, jobs } = parts();
    const made = await splits.make(version, 'halves', halves);
    const again = await workspace.core.jobs.ended(jobs.make(version, 'halves', halves).id);
    expect(again.result).toEqual(made);
    expect(() => jobs.make(version, 'halves', { ...halves, seed: 8 })).toThrow(
      expect.objectContaining({ code: 'ALREADY_EXISTS' }),
    );
  });

  it('leaves nothing where it is cancelled', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: cancelled, resolve: goOn } = Promise.withResolvers<void>();
    const splits = createSplits(workspace.core, {
      engine: {
        ...engine,
        async split(request, options) {
          begin();
          await cancelled;
          return await engine.split(request, options);
        },
      },
      datasets: workspace.datasets,
    });
    const { id } = createSplitJobs(workspace.core, splits).make(version, 'halves', halves);
    await begun;
    workspace.core.jobs.cancel(id);
    goOn();
    expect(await workspace.core.jobs.ended(id)).toMatchObject({ state: 'cancelled', result: null });
    expect(splits.list(version)).toEqual([]);
  });

  it('fails with what does not fit', async () => {
    const { jobs } = parts();
    const wrong = { ...halves, method: { kind: 'stratified', column: 'nobody' } } as const;
    expect(await workspace.core.jobs.ended(jobs.make(version, 'wrong', wrong).id)).toMatchObject({
      state: 'failed',
      failure: { code: 'INVALID_INPUT' },
    });
  });
});

describe('looking for leakage as a job', () => {
  it('ends with what was found by the named columns', async () => {
    const { splits, jobs } = parts();
    await splits.make(version, 'halves', halves);
    const { id } = jobs.leakage(version, 'halves', { groups: ['patient_id'] });
    const ended = await workspace.core.jobs.ended(id);
    expect(ended).toMatchObject({
      kind: 'dataset.leakage',
      title: 'Look for leakage in visits v1: halves',
    });
    expect(leakageReport.parse(ended.result).leaks).toContainEqual(
      expect.objectContaining({ kind: 'groups', severity: 'leak' }),
    );
    expect(() => jobs.leakage(version, 'nobody', {})).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
