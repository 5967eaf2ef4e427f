import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { RunId } from '../../../contract/ids.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { createRunSearch, type RunSearch } from './run-search.ts';

const DAY = 86_400_000;

let folder: string;
let core: Core;
let search: RunSearch;
let bench: ReturnType<typeof searchedRuns>;
const names = new Map<RunId, string>();

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-search-'));
  const clock = fakeClock();
  core = testCore(folder, clock);
  search = createRunSearch(core);
  bench = searchedRuns(core.database);
  const now = clock.now();
  const add = (run: Parameters<typeof bench.add>[0]): RunId => {
    const id = bench.add(run);
    names.set(id, run.name);
    return id;
  };
  const first = add({
    name: 'first',
    experiment: 'Digits',
    template: 'softmax',
    user: 'ada',
    startedAt: now - 10 * DAY,
    endedAt: now - 10 * DAY + 90_000,
    metrics: { loss: 0.5, 'val/acc': 0.9 },
    params: { lr: '0.01', optimizer: 'adam', layers: 3, 'batch size': 64 },
    tags: { good: '', 'mlflow.note.content': 'the one to beat' },
    data: [{ name: 'digits', version: 2 }],
    models: [{ name: 'scan', version: 1 }],
    commit: 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2',
  });
  add({
    name: 'second',
    experiment: 'Digits',
    status: 'failed',
    startedAt: now - 2 * DAY,
    endedAt: now - 2 * DAY + 7_200_000,
    metrics: { loss: 0.1, speed: Number.NaN },
    params: { lr: 0.1, optimizer: 'sgd', note: 'line\nbreak "quoted"' },
    data: [
      { name: 'digits', version: 3 },
      { name: 'my set', version: 1 },
    ],
    parent: first,
  });
  add({
    name: 'third-run',
    experiment: 'Größe',
    status: 'running',
    target: 'docker',
    startedAt: now - 1000,
    metrics: { loss: Number.NaN },
    params: { lr: 'auto', flag: true },
  });
  add({ name: 'fourth', status: 'queued', metrics: { loss: Infinity, speed: 2 }, params: { lr: '1e-3' } });
});

afterAll(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

function found(filter: string, orderBy = 'created', descending = false): string[] {
  const { ids } = search.page(
    { project: bench.project, filter },
    { orderBy, descending, limit: 100, offset: 0 },
  );
  return ids.map((id) => names.get(id)!);
}

function refusal(filter: string, orderBy = 'created'): AppError {
  try {
    found(filter, orderBy);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`"${filter}" was accepted`);
}

const everyone = ['first', 'second', 'third-run', 'fourth'];

describe('a filter', () => {
  it.each<[string, string[]]>([
    ['', everyone],
    ['   ', everyone],
    ['metrics.loss < 0.2', ['second']],
    ['metrics.loss >= 0.1', ['first', 'second', 'fourth']],
    ['metrics.loss = nan', ['third-run']],
    ['metrics.loss != NaN', ['first', 'second', 'fourth']],
    ['metrics.loss = inf', ['fourth']],
    ['metrics.loss > -Infinity', ['first', 'second', 'fourth']],
    ['metrics.loss != 0.5', ['second', 'third-run', 'fourth']],
    ['metrics.loss in (0.1, nan)', ['second', 'third-run']],
    ['not metrics.loss < 1', ['third-run', 'fourth']],
    ['metrics.val/acc > 0.5', ['first']],
    ['metrics.`val/acc` > 0.5', ['first']],
    ['metrics."val/acc" is null', ['second', 'third-run', 'fourth']],
    ['metrics.val/acc', ['first']],
    ['params.lr > 1e-3', ['first', 'second']],
    ['params.lr >= 0.001', ['first', 'second', 'fourth']],
    ['params.lr = 0.001', ['fourth']],
    ["params.lr = '0.001'", []],
    ["params.lr = '1e-3'", ['fourth']],
    ["params.lr < '0.05'", ['first', 'fourth']],
    ['params.lr = auto', ['third-run']],
    ['params.lr != 0.1', ['first', 'third-run', 'fourth']],
    ['params.layers = 3', ['first']],
    ['params.flag = true', ['third-run']],
    ['params."batch size" = 64', ['first']],
    ["params.optimizer LIKE 'a%'", ['first']],
    ["params.optimizer LIKE 'A%'", []],
    ["params.optimizer ILIKE 'A%'", ['first']],
    ['params.optimizer in (adam, "sgd")', ['first', 'second']],
    ['params.optimizer not in (adam)', ['second']],
    ['params.optimizer is null', ['third-run', 'fourth']],
    ['tags.good', ['first']],
    ["tags.good = ''", ['first']],
    ['not tags.good', ['second', 'third-run', 'fourth']],
    ['status = running', ['third-run']],
    ["attributes.status = 'FINISHED'", ['first']],
    ["status = 'SCHEDULED'", ['fourth']],
    ["status != 'failed'", ['first', 'third-run', 'fourth']],
    ['status in (queued, running)', ['third-run', 'fourth']],
    ['name = first or name = second', ['first', 'second']],
    ["run_name LIKE '%-run'", ['third-run']],
    ['experiment = Digits and not name = first', ['second']],
    ['user = ada', ['first']],
    ['user is null', ['second', 'third-run', 'fourth']],
    ['target = docker', ['third-run']],
    ['template = softmax', ['first']],
    ['started > -7d', ['second', 'third-run']],
    ['started <= -7d', ['first']],
    ['started > -1h30m', ['third-run']],
    ['ended is null', ['third-run', 'fourth']],
    ['duration > 1h', ['second']],
    ['duration <= 90', ['first', 'third-run']],
    ['data.digits', ['first', 'second']],
    ['data.digits@3', ['second']],
    ['data.digits@v3', ['second']],
    ['data."my set"@1', ['second']],
    ["dataset.name = 'my set'", ['second']],
    ['model.scan', ['first']],
    ['model.scan@2', []],
    ['parent = first', ['second']],
    ['parent is null', ['first', 'third-run', 'fourth']],
    ['code.commit = a1b2c3', ['first']],
    ['code.commit = a1b', []],
    ['code.branch = main', ['first']],
    ['beat', ['first']],
    ['BEAT', ['first']],
    ['"one to beat"', ['first']],
    ['digits', ['first', 'second']],
    ['digits adam', ['first']],
    ['digits not adam', ['second']],
    ['"optimizer=sgd"', ['second']],
    [`'"quoted"'`, ['second']],
    ['nbreak', []],
    ['größe', ['third-run']],
    ['GRÖSSE or grösse', []],
    ['100%', []],
    ['third-run', ['third-run']],
    ['is in', []],
    ['metrics.loss < 0.2 and params.lr > 1e-3 and data.digits and started > -7d', ['second']],
    ['metrics.loss < 0.2 or metrics.loss > 1 and status = failed', ['second']],
    ['(metrics.loss < 0.2 or metrics.loss > 1) and status = queued', ['fourth']],
    ['NOT (digits OR status = running)', ['fourth']],
    ['metrics.`loss` < 1 AND params.lr = \'0.01\' AND tags.good = ""', ['first']],
    ['attributes.start_time > 0', ['first', 'second', 'third-run']],
    ["name = '; DROP TABLE runs; --'", []],
  ])('%s', (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it.each<[string, number, string, string?]>([
    ['metrics.loss <', 14, 'ends at column 15'],
    ['metrics.loss 0.2', 13, 'an operator such as <'],
    ['metrics.loss < high', 15, 'is no number'],
    ["metrics.loss < '0.2'", 15, 'is no number'],
    ['metrics.loss like 3', 0, 'cannot be compared with like'],
    ['metrcs.loss < 1', 0, 'no kind of field "metrcs"', 'Did you mean "metrics"?'],
    ['digits and statsu = running', 11, 'There is no field "statsu"', 'Did you mean "status"?'],
    ['lr > 1', 0, 'metrics.lr, params.lr or tags.lr'],
    ['status = runing', 9, 'no status runing', 'Did you mean "running"?'],
    ['started > yesteryear', 10, 'a time such as -7d'],
    ['duration > long', 11, 'a duration such as 90s'],
    ['(digits and mlp', 15, 'AND, OR or ")"'],
    ['digits)', 6, 'AND, OR or the end'],
    ['digits and', 10, 'a field such as metrics.loss'],
    ['and digits', 0, 'a field such as metrics.loss'],
    ['name > 3', 0, 'is a text'],
    ['params.lr in ()', 14, 'a value'],
    ['params.lr = (1, 2)', 12, 'goes with IN'],
    ['data.digits = 3', 0, 'data.NAME@VERSION'],
    ['model.scan@new', 0, 'no version of a model'],
    ['code.comit = abc', 0, 'code.commit and code.branch', 'Did you mean "commit"?'],
    ["name = 'open", 7, 'a closing quote'],
    ['""', 0, 'nothing to look for'],
    ['metrics. < 3', 0, 'A name belongs after'],
    [`${'not '.repeat(60)}x`, 160, 'at most 40 deep'],
    [`${'x or '.repeat(250)}x`, 1000, 'at most 200 terms'],
  ])('%s is refused with its place', (filter, position, words, nextStep) => {
    const error = refusal(filter);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { filter, position } });
    expect(error.message).toContain(words);
    if (nextStep) expect(error.nextStep).toBe(nextStep);
  });
});

describe('an order', () => {
  it.each<[string, string[]]>([
    ['metrics.loss', ['second', 'first', 'fourth', 'third-run']],
    ['metrics.loss desc', ['fourth', 'first', 'second', 'third-run']],
    ['metrics.speed', ['fourth', 'second', 'third-run', 'first']],
    ['metrics.speed desc', ['fourth', 'second', 'third-run', 'first']],
    ['params.lr', ['fourth', 'first', 'second', 'third-run']],
    ['params.lr desc', ['second', 'first', 'fourth', 'third-run']],
    ['params.batch size', ['first', 'fourth', 'third-run', 'second']],
    ['params."batch size"', ['first', 'fourth', 'third-run', 'second']],
    ['experiment desc, name', ['third-run', 'first', 'second', 'fourth']],
    ['duration desc', ['second', 'first', 'third-run', 'fourth']],
    ['status, started desc', ['second', 'first', 'fourth', 'third-run']],
  ])('%s', (orderBy, expected) => {
    expect(found('', orderBy)).toEqual(expected);
  });

  it.each<[string, number, string]>([
    ['metrics.loss dsc', 13, 'asc, desc'],
    ['loss', 0, 'no field "loss"'],
    ['data.digits', 0, 'no kind of field "data"'],
    ['name,', 5, 'a field such as'],
  ])('%s is refused with its place', (orderBy, position, words) => {
    const error = refusal('', orderBy);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { orderBy, position } });
    expect(error.message).toContain(words);
  });
});

describe('a page', () => {
  it('says how many there are, also past the end', () => {
    const page = (offset: number) =>
      search.page(
        { project: bench.project, filter: 'params.lr' },
        { orderBy: 'name', descending: false, limit: 2, offset },
      );
    expect(page(0)).toMatchObject({ total: 4 });
    expect(page(0).ids.map((id) => names.get(id))).toEqual(['first', 'fourth']);
    expect(page(2).ids.map((id) => names.get(id))).toEqual(['second', 'third-run']);
    expect(page(4)).toEqual({ ids: [], total: 4 });
  });

  it('follows what was written since the page before it', () => {
    const total = () =>
      search.page(
        { project: bench.project, filter: 'tags.new' },
        { orderBy: 'name', descending: false, limit: 2, offset: 0 },
      ).total;
    const set = () => core.database.prepare("INSERT INTO run_tags SELECT id, 'new', '' FROM runs").run();
    expect(total()).toBe(0);
    set();
    expect(total()).toBe(4);
    core.database.prepare("DELETE FROM run_tags WHERE key = 'new'").run();
    expect(total()).toBe(0);
  });
});
