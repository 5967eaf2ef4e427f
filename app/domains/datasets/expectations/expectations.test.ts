import { createRouterClient } from '@orpc/server';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataCheckEngine } from '../../../../native/tables/checks/check-engine.ts';
import { DataWorkspace } from '../../../../test/support/data-workspace.ts';
import type { memoryDataStore } from '../../../../test/support/memory-data-store.ts';
import { dataCheck, type ExpectationDraft } from '../../../contract/data-checks.contract.ts';
import { createSplits } from '../splits/splits.service.ts';
import { dataChecksRouter } from './data-checks.router.ts';
import { createExpectations, type Expectations } from './expectations.service.ts';

const engine = createDataCheckEngine();
afterAll(() => engine.close());

let workspace: DataWorkspace<ReturnType<typeof memoryDataStore>>;
let expectations: Expectations;

beforeEach(() => {
  workspace = DataWorkspace.inMemory({
    beforePublish: (...publishing) => expectations.beforePublish(...publishing),
  });
  expectations = createExpectations(workspace.core, { engine, datasets: workspace.datasets });
});
afterEach(() => workspace.close());

const draft = (check: object, severity: ExpectationDraft['severity'] = 'block'): ExpectationDraft => ({
  severity,
  check: dataCheck.parse(check),
});
const csv = (name: string, ...ages: (number | string)[]) =>
  workspace.file(`${name}.csv`, `id,age\n${ages.map((age, row) => `${row},${age}`).join('\n')}\n`);
const ages = { kind: 'range', column: 'age', min: 0, max: 120 };

describe('an import into a data set with expectations', () => {
  beforeEach(async () => {
    await workspace.load('people', csv('one', 31, 45));
    expectations.add(undefined, 'people', draft(ages));
  });

  it('publishes nothing where a blocking check fails, and says which, how many rows, and examples', async () => {
    const failure = await workspace.failureOf('people', csv('two', 31, 200, 999));
    expect(failure.code).toBe('CHECK_FAILED');
    expect(failure.message).toContain('age is between 0 and 120');
    expect(failure.message).toContain('2 rows of 3');
    expect(failure.message).toContain('(rows are counted from 0; row 1: age = 200');
    expect(failure.data.details).toMatchObject({ dataset: 'people', failed: 1, rows: 2 });
    expect(failure.data.nextStep).toContain('lathe data expect list people');
    expect(workspace.datasets.versions(undefined, 'people')).toHaveLength(1);
    expect(workspace.kinds()[0]).toBe('dataset.import-refused');
    expect(expectations.rejections(undefined, 'people')).toMatchObject([
      { versionId: null, trigger: 'import', blocked: true, failed: 1, rows: 3 },
    ]);
  });

  it('publishes where it only warns, and keeps what was found with the version', async () => {
    expectations.add(undefined, 'people', draft(ages, 'warn'));
    const { version } = await workspace.load('people', csv('two', 31, 200));
    expect(expectations.results(version)).toMatchObject([
      {
        versionId: version.id,
        trigger: 'import',
        blocked: false,
        failed: 1,
        outcomes: [
          { state: 'failed', severity: 'warn', failedRows: 1, examples: [{ row: 1, cells: { age: 200 } }] },
        ],
      },
    ]);
    expect(expectations.rejections(undefined, 'people')).toEqual([]);
  });

  it('that was refused becomes a version once the check is removed, and is no rejection any more', async () => {
    await workspace.failureOf('people', csv('two', 200));
    const { expectations: carried } = expectations.list(undefined, 'people');
    expectations.remove(undefined, 'people', carried[0]!.id);
    const { version } = await workspace.load('people', csv('two', 200));
    expect(version.version).toBe(2);
    expect(expectations.rejections(undefined, 'people')).toEqual([]);
  });

  it('is refused for a check that is broken, and for files that are no table', async () => {
    const failure = await workspace.failureOf('people', workspace.file('notes.txt', 'nothing to see'));
    expect(failure).toMatchObject({
      code: 'CHECK_FAILED',
      message: expect.stringContaining('It is not a table.'),
    });
    expectations.add(
      undefined,
      'people',
      draft({ kind: 'sql', name: 'odd', sql: 'SELECT nothing FROM data' }),
    );
    expect((await workspace.failureOf('people', csv('two', 50))).message).toContain('could not be judged');
  });

  it('compares with the version before it', async () => {
    await workspace.load('people', csv('two', ...Array.from({ length: 200 }, (_, i) => i % 50)));
    expectations.add(
      undefined,
      'people',
      draft({ kind: 'drift', column: 'age', against: 'previous', statistic: 'psi', limit: 0.2 }),
    );
    const failure = await workspace.failureOf(
      'people',
      csv('three', ...Array.from({ length: 200 }, (_, i) => 60 + (i % 50))),
    );
    expect(failure.message).toContain('age has not drifted from the version before');
    expect(failure.message).toContain('PSI');
    const { version } = await workspace.load(
      'people',
      csv('four', ...Array.from({ length: 300 }, (_, i) => (i * 7) % 50)),
    );
    expect(version.version).toBe(3);
    const ks = draft({ kind: 'drift', column: 'age', against: 2, statistic: 'ks', limit: 0.1 });
    const chi = draft({
      kind: 'drift',
      column: 'age',
      against: 'previous',
      statistic: 'chi-squared',
      limit: 0.01,
    });
    const gone = draft({ kind: 'drift', column: 'age', against: 9, statistic: 'psi', limit: 1 });
    expect((await expectations.check(version, [ks, chi, gone])).outcomes.map(({ state }) => state)).toEqual([
      'passed',
      'broken',
      'broken',
    ]);
  });
});

describe('the checks of a data set', () => {
  it('are added once, change their severity, and are removed', async () => {
    await workspace.load('people', csv('one', 31));
    const added = expectations.add(undefined, 'people', draft(ages));
    expect(expectations.add(undefined, 'people', draft(ages))).toEqual(added);
    expect(expectations.add(undefined, 'people', draft(ages, 'warn'))).toMatchObject({
      id: added.id,
      severity: 'warn',
    });
    expect(expectations.list(undefined, 'people').expectations).toHaveLength(1);
    expectations.remove(undefined, 'people', added.id);
    expect(expectations.list(undefined, 'people').expectations).toEqual([]);
    expect(() => expectations.remove(undefined, 'people', added.id)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    expect(() => expectations.add(undefined, 'poeple', draft(ages))).toThrow(
      expect.objectContaining({ nextStep: 'Did you mean "people"?' }),
    );
    expect(workspace.kinds().filter((kind) => kind.startsWith('dataset.expectation'))).toEqual([
      'dataset.expectation-removed',
      'dataset.expectation-added',
      'dataset.expectation-added',
      'dataset.expectation-added',
    ]);
  });

  it('go to YAML and back unchanged, beside others or in their place', async () => {
    await workspace.load('people', csv('one', 31));
    await workspace.load('others', csv('two', 32));
    for (const each of [
      draft(ages),
      draft({ kind: 'values', column: 'a "b"\n: -', values: ["it's", 'yes', true, 3, null] }, 'warn'),
      draft({ kind: 'pattern', column: 'größe 🐘', pattern: '^\\d+: #x$' }),
      draft({ kind: 'fresh', column: 't', maxAge: '1h30m' }),
      draft({ kind: 'schema', columns: [{ name: 'x', type: 'integer' }] }),
    ])
      expectations.add(undefined, 'people', each);
    expectations.add(undefined, 'others', draft({ kind: 'rows', min: 1 }));
    const yaml = expectations.yaml(undefined, 'people');
    expect(yaml).toContain('check: range');
    const joined = expectations.takeYaml(undefined, 'others', yaml, false);
    expect(joined.expectations).toHaveLength(6);
    const replaced = expectations.takeYaml(undefined, 'others', yaml, true);
    expect(replaced.revision).toBe(expectations.list(undefined, 'people').revision);
    expect(replaced.expectations.map(({ check }) => check)).toEqual(
      expectations.list(undefined, 'people').expectations.map(({ check }) => check),
    );
  });

  it.each([
    ['a: [', 'DATA_MALFORMED', 'YAML'],
    ['expectations: []', 'INVALID_INPUT', 'lathe-expectations'],
    [
      'lathe-expectations: 1\nexpectations:\n  - check: rang\n    column: x',
      'INVALID_INPUT',
      'Expectation 1 (rang)',
    ],
    [
      'lathe-expectations: 1\nexpectations:\n  - check: missing\n    column: x\n    max: 2',
      'INVALID_INPUT',
      'max',
    ],
    ['lathe-expectations: 1\nexpectations:\n  - check: rows\n    min: 1\n    mox: 2', 'INVALID_INPUT', 'mox'],
  ])('are not taken from %j, and nothing of it stays', async (yaml, code, words) => {
    await workspace.load('people', csv('one', 31));
    expectations.add(undefined, 'people', draft(ages));
    expect(() => expectations.takeYaml(undefined, 'people', yaml, true)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
    expect(expectations.list(undefined, 'people').expectations).toHaveLength(1);
  });

  it('that are suggested hold for the version that they are made from', async () => {
    const lines = Array.from(
      { length: 200 },
      (_, i) => `${i},${(i * 37) % 90},${i % 9 === 0 ? '' : i / 7},${i % 3 === 0 ? 'a' : 'b'}`,
    );
    const file = workspace.file('table.csv', `id,age,weight,label\n${lines.join('\n')}\n`);
    const { version } = await workspace.load('people', file);
    const suggested = await expectations.suggest(version);
    expect(
      suggested.map(({ check }) => `${check.kind} ${'column' in check ? check.column : ''}`.trim()),
    ).toEqual(
      expect.arrayContaining([
        'schema',
        'rows',
        'unique',
        'range age',
        'missing weight',
        'values label',
        'classes label',
      ]),
    );
    const report = await expectations.check(
      version,
      suggested.map(({ severity, check }) => ({ severity, check })),
    );
    expect(report.outcomes.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect(expectations.results(version)).toEqual([]);
  });
});

describe('training', () => {
  it('is refused on a version that a blocking check speaks against, by the report that is there', async () => {
    const { version } = await workspace.load('people', csv('one', 31, 200));
    expect(await expectations.beforeTraining(version)).toBeNull();
    await expectations.refuseTraining(version);
    expectations.add(undefined, 'people', draft(ages));
    await expect(expectations.refuseTraining(version)).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      message: expect.stringContaining('The run was not started.'),
      nextStep: expect.stringContaining('--override-checks'),
    });
    const first = await expectations.beforeTraining(version);
    workspace.core.clock.now();
    expect(await expectations.beforeTraining(version)).toEqual(first);
    expect(workspace.kinds().filter((kind) => kind === 'dataset.checked')).toHaveLength(1);
  });

  it('looks again where a check depends on the day', async () => {
    const { version } = await workspace.load(
      'events',
      workspace.file('events.csv', 'at,x\n2020-01-01T00:00:00,1\n2020-01-02T00:00:00,2\n'),
    );
    expectations.add(undefined, 'events', draft({ kind: 'fresh', column: 'at', maxAge: '1d' }, 'warn'));
    expect((await expectations.beforeTraining(version))?.failed).toBe(1);
    await expectations.beforeTraining(version);
    expect(workspace.kinds().filter((kind) => kind === 'dataset.checked')).toHaveLength(2);
  });
});

describe('over the wire', () => {
  it('a person adds a check, looks at a version and finds the report with it', async () => {
    await workspace.load('people', csv('one', 31, 200));
    const splits = createSplits(workspace.core, { engine, datasets: workspace.datasets });
    const client = createRouterClient(
      dataChecksRouter({ core: workspace.core, datasets: workspace.datasets, expectations, splits }),
    );
    await client.addExpectation({ dataset: 'people', ...draft(ages) });
    const started = await client.check({ dataset: 'people' });
    const { state, kind, result: report } = await workspace.core.jobs.ended(started.id);
    expect([kind, state]).toEqual(['dataset.check', 'finished']);
    expect(report).toMatchObject({ blocked: true, failed: 1, trigger: 'asked' });
    expect(await client.results({ dataset: 'people', version: 'latest' })).toEqual([report]);
    const { yaml } = await client.exportExpectations({ dataset: 'people' });
    expect(await client.importExpectations({ dataset: 'people', yaml, replace: true })).toMatchObject({
      expectations: [{ severity: 'block' }],
    });
  });
});
