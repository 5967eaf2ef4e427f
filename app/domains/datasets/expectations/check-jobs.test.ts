import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataCheckEngine } from '../../../../native/tables/checks/check-engine.ts';
import { DataWorkspace } from '../../../../test/support/data-workspace.ts';
import type { memoryDataStore } from '../../../../test/support/memory-data-store.ts';
import { checkReport, dataCheck, type ExpectationDraft } from '../../../contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../contract/datasets.contract.ts';
import { createCheckJobs } from './check-jobs.ts';
import { createExpectations, type Expectations } from './expectations.service.ts';

const engine = createDataCheckEngine();
afterAll(() => engine.close());

let workspace: DataWorkspace<ReturnType<typeof memoryDataStore>>;
let expectations: Expectations;
let version: DatasetVersion;

beforeEach(async () => {
  workspace = DataWorkspace.inMemory();
  expectations = createExpectations(workspace.core, { engine, datasets: workspace.datasets });
  ({ version } = await workspace.load('people', workspace.file('people.csv', 'age\n31\n200\n')));
});
afterEach(() => workspace.close());

const draft = (check: object): ExpectationDraft => ({ severity: 'block', check: dataCheck.parse(check) });
const ages = draft({ kind: 'range', column: 'age', max: 120 });
/** Longer than any test has time for. */
const endless = draft({
  kind: 'sql',
  name: 'endless',
  sql: 'SELECT 1 FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range < 0',
});

describe('checks that somebody asks for', () => {
  it('are a job that tells what it looks at and ends with the report', async () => {
    expectations.add(undefined, 'people', ages);
    const { jobs } = workspace.core;
    const { id } = createCheckJobs(workspace.core, expectations).check(version, undefined);
    const told = [];
    for await (const job of jobs.watch(id, undefined)) told.push(job);
    expect(told.map(({ progress }) => progress.message)).toContain('age is at most 120');
    expect(told.at(-1)).toMatchObject({
      kind: 'dataset.check',
      title: 'Check people v1',
      state: 'finished',
    });
    expect(checkReport.parse(told.at(-1)?.result)).toMatchObject({ blocked: true, trigger: 'asked' });
    expect(expectations.results(version)).toEqual([told.at(-1)?.result]);
  });

  it('can be cancelled in the middle of one, and leave no report', async () => {
    expectations.add(undefined, 'people', endless);
    const { jobs } = workspace.core;
    const { id } = createCheckJobs(workspace.core, expectations).check(version, undefined);
    for await (const { progress } of jobs.watch(id, undefined))
      if (progress.message.includes('endless')) break;
    jobs.cancel(id);
    expect(await jobs.ended(id)).toMatchObject({ state: 'cancelled', result: null });
    expect(expectations.results(version)).toEqual([]);
  });

  it('that wait for their turn are cancelled without waiting', async () => {
    const { check } = createCheckJobs(workspace.core, expectations);
    const { jobs } = workspace.core;
    const working = [check(version, [endless]), check(version, [endless])];
    const waiting = check(version, [ages]);
    jobs.cancel(waiting.id);
    expect((await jobs.ended(waiting.id)).state).toBe('cancelled');
    for (const { id } of working) jobs.cancel(id);
    for (const { id } of working) expect((await jobs.ended(id)).state).toBe('cancelled');
  });
});
