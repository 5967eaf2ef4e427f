import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { mlrunsWriter } from '../../../../test/support/run-logs/mlflow-writer.ts';
import { tensorBoardWriter } from '../../../../test/support/run-logs/tensorboard-writer.ts';
import { wandbWriter } from '../../../../test/support/run-logs/wandb-writer.ts';
import { TransferBench } from '../../../../test/support/transfer-bench.ts';
import type { JobId } from '../../../contract/ids.ts';
import { fitBatch } from './fit-batch.ts';
import { sourceRunId } from './source-run-id.ts';
import { experimentName } from './take-run.ts';

/** A moment after the event files that the tests write. */
const SOON_MS = 1_700_000_060_000;

let bench: TransferBench;
beforeEach(() => {
  bench = new TransferBench(fakeClock(SOON_MS));
});
afterEach(() => bench.close());

const point = (step: number) => ({ key: 'loss', step, value: step });

async function whileFollowing(source: string, look: () => void): Promise<void> {
  const job = await bench.transfer.import({ path: source, format: 'auto', follow: true });
  for await (const { state, progress } of bench.core.jobs.watch(job.id, undefined)) {
    if (state !== 'running') break;
    if (!progress.message.startsWith('Following')) continue;
    look();
    bench.core.jobs.cancel(job.id);
  }
  expect((await bench.core.jobs.ended(job.id)).state).toBe('finished');
}

async function told(id: JobId, words: string): Promise<void> {
  for await (const { state, progress } of bench.core.jobs.watch(id, undefined))
    if (state !== 'running' || progress.message.startsWith(words)) break;
}

describe('a followed log', () => {
  it('is a running run while it is young, and a finished one afterwards', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    const seen: string[] = [];
    await whileFollowing(source, () => seen.push(bench.run('logs').status));
    expect(seen).toEqual(['running']);
    expect(bench.run('logs').status).toBe('finished');
  });

  it('of long ago is finished from the first', async () => {
    bench.clock.forward(3_600_000);
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    await whileFollowing(source, () => expect(bench.run('logs').status).toBe('finished'));
    expect(bench.run('logs').status).toBe('finished');
  });

  it('that says its end itself is lost where following stopped before', async () => {
    const { source, log } = wandbWriter(bench.place('wandb'));
    log(point(0));
    await whileFollowing(source, () => expect(bench.run('a run').status).toBe('running'));
    expect(bench.run('a run').status).toBe('lost');
  });

  it('that was followed when the host died is lost at its next start', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    await bench.import(source);
    bench.core.database.exec(`UPDATE runs SET status = 'running'`);
    bench.restart();
    expect(bench.run('logs').status).toBe('lost');
  });

  it('is followed again by the next host, unless somebody ended that', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    const first = await bench.transfer.import({
      path: source,
      format: 'auto',
      follow: true,
      experiment: 'night',
    });
    await told(first.id, 'Following 1 runs');
    bench.transfer.close();
    bench.core.jobs.cancel(first.id);
    await bench.core.jobs.ended(first.id);
    bench.restart();
    log(point(1));
    const [again] = await bench.transfer.resume();
    await told(again!.id, 'Following 1 runs, 1 new points');
    expect(bench.points(bench.run('logs').id)).toHaveLength(2);
    expect(bench.run('logs')).toMatchObject({ status: 'running', experimentName: 'night' });
    bench.core.jobs.cancel(again!.id);
    await bench.core.jobs.ended(again!.id);
    bench.restart();
    expect(await bench.transfer.resume()).toEqual([]);
  });

  it('that is gone is not followed again', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    const { id } = await bench.transfer.import({ path: source, format: 'auto', follow: true });
    bench.transfer.close();
    bench.core.jobs.cancel(id);
    await bench.core.jobs.ended(id);
    fs.rmSync(source, { recursive: true });
    bench.restart();
    expect(await bench.transfer.resume()).toEqual([]);
    fs.mkdirSync(source);
    expect(await bench.transfer.resume()).toEqual([]);
  });

  it('may have nothing in it yet', async () => {
    fs.mkdirSync(bench.place('logs'));
    const job = await bench.transfer.import({
      path: bench.place('logs'),
      format: 'tensorboard',
      follow: true,
    });
    let written = false;
    for await (const { state, progress } of bench.core.jobs.watch(job.id, undefined)) {
      if (state !== 'running') break;
      if (!written && progress.message.startsWith('Following 0 runs')) {
        written = true;
        tensorBoardWriter(bench.place('logs')).log(point(0));
      }
      if (progress.message.startsWith('Following 1 runs')) bench.core.jobs.cancel(job.id);
    }
    expect(bench.points(bench.run('logs').id)).toHaveLength(1);
  });
});

describe('an import', () => {
  it('tells watchers of metrics what it took', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    const { runs } = await bench.import(source);
    const stop = new AbortController();
    const watched = bench.runs.watchMetrics([runs[0]!.id], stop.signal)[Symbol.asyncIterator]();
    const next = watched.next();
    log(point(1), point(2));
    await bench.import(source);
    expect((await next).value).toMatchObject({ runId: runs[0]!.id, points: [{ step: 1 }, { step: 2 }] });
    stop.abort();
    await watched.return?.();
  });

  it('gives the same run the same id in another workspace', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(point(0));
    const here = await bench.import(source);
    const other = new TransferBench();
    const there = await other.import(source).finally(() => other.close());
    expect(there.runs[0]!.id).toBe(here.runs[0]!.id);
    expect(here.runs[0]!.id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    // The time of a UUIDv7 is the run's start.
    expect(Number.parseInt(here.runs[0]!.id.slice(0, 12), 16)).toBe(1_700_000_000_000);
  });

  it('takes the other runs where one cannot be read, and says which and why', async () => {
    mlrunsWriter(bench.place('store')).log(point(0));
    const huge = mlrunsWriter(bench.place('store'), 'f'.repeat(32));
    huge.param('huge', 'x'.repeat(2 << 20));
    const result = await bench.import(bench.place('store'));
    expect(result).toMatchObject({
      newRuns: 1,
      points: 1,
      skipped: [{ name: 'a run', reason: expect.stringContaining('2097152 bytes') }],
    });
    expect(Object.keys(bench.contents())).toEqual(['a run']);
  });

  it('refuses a path that is not absolute and one that is not there', async () => {
    await expect(bench.import('logs')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(bench.import(bench.place('nothing'))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    fs.mkdirSync(bench.place('empty'));
    await expect(bench.import(bench.place('empty'))).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(bench.import(bench.place('empty'), { format: 'wandb' })).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    });
  });

  it('takes the folders of the SDK too, and knows them again', async () => {
    const folder = bench.place('sdk');
    fs.mkdirSync(path.join(folder, 'journal'), { recursive: true });
    const description = { version: 1, id: 'a'.repeat(32), name: 'away', createdAt: 1000 };
    fs.writeFileSync(path.join(folder, 'run.json'), JSON.stringify(description));
    fs.writeFileSync(
      path.join(folder, 'journal', 'main.jsonl'),
      '{"type":"header","version":1,"writer":"main"}\n{"type":"metrics","step":1,"at":2,"values":{"loss":1}}\n',
    );
    expect(await bench.import(folder)).toMatchObject({ format: 'lathe', newRuns: 1 });
    expect(await bench.import(folder)).toMatchObject({ format: 'lathe', newRuns: 0, knownRuns: 1 });
    expect(bench.points(bench.run('away').id)).toHaveLength(1);
  });
});

describe('what a workspace can hold of a batch', () => {
  it('leaves out steps that no number holds and keys without end, and says so', () => {
    const { points, params, notes } = fitBatch({
      position: '',
      points: [
        { key: 'loss', step: 2 ** 53, timeMs: 1, value: 1 },
        { key: 'loss', step: 1.5, timeMs: 1, value: 1 },
        { key: 'x'.repeat(501), step: 1, timeMs: 1, value: 1 },
        { key: 'loss', step: 1, timeMs: -5, value: 1 },
        { key: 'loss', step: 2, timeMs: 2 ** 60, value: 1 },
      ],
      params: { '': 1, long: 'y'.repeat(100_000), kept: 2 },
    });
    expect(points).toEqual([
      { key: 'loss', step: 1, timeMs: 0, value: 1 },
      { key: 'loss', step: 2, timeMs: 0, value: 1 },
    ]);
    expect(params).toEqual({ long: expect.stringMatching(/^y{65535}…$/), kept: 2 });
    expect(notes).toHaveLength(2);
  });

  it('names experiments so that they can be typed', () => {
    expect(experimentName('a/b: c')).toBe('a-b- c');
    expect(experimentName('größe')).toBe('größe');
    expect(experimentName('../..')).toBe('imported');
    expect(experimentName('')).toBe('imported');
    expect(experimentName(null)).toBe('imported');
  });

  it('makes ids of sources that differ by format and by source', () => {
    const ids = [
      sourceRunId('a', 'x', 1),
      sourceRunId('b', 'x', 1),
      sourceRunId('a', 'y', 1),
      sourceRunId('a', 'x', 2),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(sourceRunId('a', 'x', -1)).toMatch(/^0{12}7/);
  });
});

describe('an export of a run with a damaged chunk', () => {
  it('has all other points, and says what is left out', async () => {
    const { source, log } = tensorBoardWriter(bench.place('logs'));
    log(...Array.from({ length: 5000 }, (_, step) => point(step)));
    await bench.import(source);
    bench.core.database.exec(`UPDATE metric_chunks SET data = x'00' WHERE position = 1`);
    const job = await bench.transfer.export({ runs: ['logs'], format: 'csv', path: bench.place('out') });
    const { result } = await bench.core.jobs.ended(job.id);
    expect(result).toMatchObject({
      points: 5000 - 2048,
      notes: [expect.stringMatching(/^2048 points of loss .* from step 2048 to 4095 are damaged/)],
    });
  });
});
