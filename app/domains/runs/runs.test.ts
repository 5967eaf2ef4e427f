import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHashing } from '../../../native/hashing/blake3.ts';
import { type FakeClock, fakeClock } from '../../../test/support/fake-clock.ts';
import { type FakeExecutor, fakeExecutor } from '../../../test/support/fake-executor.ts';
import { testCore } from '../../../test/support/test-core.ts';
import { atOnce, unlimited } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import { recipe } from '../../contract/recipe.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { GpuReading } from '../../kernel/ports/telemetry.ts';
import { createObjectStore } from '../../storage/object-store.ts';
import { createProjects } from '../projects/index.ts';
import { createRuns, type NewRun, type Runs } from './index.ts';

let folder: string;
let clock: FakeClock;
let core: Core;
let executor: FakeExecutor;
let runs: Runs;
let slots: number;
let gpus: GpuReading[];

function open() {
  core = testCore(folder, clock);
  runs = createRuns(core, {
    projects: createProjects(core),
    objects: createObjectStore(core.folders, createHashing()),
    datasets: {
      versionById: () => {
        throw new Error('no data');
      },
      checkout: async () => folder,
      checkoutPath: () => folder,
    },
    splits: { folder: async () => folder },
    target(name) {
      if (name !== executor.target) throw new AppError('NOT_FOUND', `There is no target "${name}".`);
      return { executor, local: true };
    },
    telemetry: {
      host: () => new Promise(() => {}),
      gpus: async () => gpus,
      close() {},
    },
    energyPrice: () => ({ perKilowattHour: 0.5, currency: 'EUR' }),
    slots: () => slots,
  });
}

const gpu = (index: number): GpuReading => ({
  id: `GPU-${index}`,
  index,
  vendor: 'nvidia',
  name: 'H100',
  driver: null,
  utilisationPercent: null,
  memoryUsedBytes: null,
  memoryTotalBytes: null,
  powerWatts: null,
  temperatureCelsius: null,
  processes: [],
});

async function closeCore() {
  await runs.close();
  core.database.close();
}

async function create(change: Partial<NewRun> = {}): Promise<Run> {
  return runs.create({
    projectId: createProjects(core).resolve().id,
    experiment: 'digits',
    name: 'mlp',
    template: 'mlp',
    target: 'fake',
    params: { seed: 7 },
    tags: {},
    inputs: [],
    environment: {},
    parentRunId: null,
    reproducesRunId: null,
    preflight: false,
    recipe: null,
    code: null,
    resources: unlimited,
    scheduling: atOnce,
    files: () => ({ 'spec.json': {} }),
    ...change,
  });
}

async function until(id: RunId, status: Run['status']): Promise<Run> {
  for (let tries = 0; tries < 200; tries++) {
    const run = runs.get(undefined, id);
    if (run.status === status) return run;
    await delay(25);
  }
  throw new Error(`the run is ${runs.get(undefined, id).status}, not ${status}`);
}

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-runs-'));
  clock = fakeClock();
  executor = fakeExecutor();
  slots = 2;
  gpus = [];
  open();
});
afterEach(async () => {
  await closeCore();
  fs.rmSync(folder, { recursive: true });
});

describe('a run that goes well', () => {
  it('takes in metrics, parameters, tags and artifacts, and finishes', async () => {
    const { id } = await create();
    const job = executor.job(id);
    job.journal(
      { type: 'metrics', step: 1, at: 5, values: { train_loss: 0.5, odd: 'NaN' } },
      { type: 'tag', key: 'kind', value: 'test' },
    );
    job.output('model.onnx', 'bytes');
    job.journal({ type: 'artifact', path: 'model.onnx' }, { type: 'param', key: 'classes', value: 10 });
    job.exit('finished');
    const run = await until(id, 'finished');
    expect(run.metrics).toEqual({ train_loss: 0.5, odd: 'NaN' });
    expect(run.params).toEqual({ seed: 7, classes: 10 });
    expect(run.tags).toEqual({ kind: 'test' });
    const { artifacts } = runs.get(undefined, id);
    expect(artifacts).toMatchObject([{ path: 'model.onnx', sizeBytes: 5 }]);
    expect(Buffer.from(await runs.artifactBytes(artifacts[0]!.id, 0, 100)).toString()).toBe('bytes');
  });

  it('hands new points to whoever watches, each once', async () => {
    const { id } = await create();
    const abort = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { points } of runs.watchMetrics([id], abort.signal)) {
        seen.push(...points.map(({ step }) => step));
        if (seen.length === 3) abort.abort();
      }
    })();
    for (const step of [1, 2, 3]) {
      executor.job(id).journal({ type: 'metrics', step, at: step, values: { loss: step } });
      await delay(30);
    }
    await watching;
    expect(seen).toEqual([1, 2, 3]);
  });

  it('reads a torn last line only when it is whole', async () => {
    const { id } = await create();
    const job = executor.job(id);
    job.journal({ type: 'metrics', step: 1, at: 1, values: { loss: 1 } });
    const line = `${JSON.stringify({ type: 'metrics', step: 2, at: 2, values: { loss: 2 } })}\n`;
    job.raw(line.slice(0, 20));
    await delay(600);
    expect(runs.points(id, undefined, 10, 0).total).toBe(1);
    job.raw(line.slice(20));
    job.exit('finished');
    await until(id, 'finished');
    expect(runs.points(id, undefined, 10, 0).points.map(({ step }) => step)).toEqual([1, 2]);
  });

  it('passes over lines that are no journal records and artifacts outside its outputs', async () => {
    const { id } = await create();
    const job = executor.job(id);
    fs.writeFileSync(path.join(folder, 'secret'), 'x');
    fs.symlinkSync(path.join(folder, 'secret'), path.join(job.folder, 'outputs', 'link'));
    job.raw('not json\n{"type":"unknown"}\n');
    job.journal({ type: 'artifact', path: 'link' }, { type: 'metrics', step: 1, at: 1, values: { loss: 1 } });
    job.exit('finished');
    await until(id, 'finished');
    expect(runs.get(undefined, id).artifacts).toEqual([]);
    expect(runs.points(id, undefined, 10, 0).total).toBe(1);
  });
});

describe('what goes wrong around a run', () => {
  /** As on a full disk: nothing that writes an event is committed. */
  const refuseWrites = () =>
    core.database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
  const allowWrites = () => core.database.exec('DROP TRIGGER full');

  it('passes over an artifact that is not there, and ends all the same', async () => {
    const { id } = await create();
    const job = executor.job(id);
    job.journal(
      { type: 'artifact', path: 'gone.onnx' },
      { type: 'artifact', path: '../spec.json' },
      { type: 'metrics', step: 1, at: 1, values: { loss: 1 } },
    );
    job.exit('finished');
    expect((await until(id, 'finished')).metrics).toEqual({ loss: 1 });
    expect(runs.get(undefined, id).artifacts).toEqual([]);
  });

  it('survives an end that could not be written, and writes run and job later', async () => {
    slots = 1;
    const first = await create();
    await create();
    refuseWrites();
    executor.refuse = new Error('no room');
    executor.job(first.id).exit('finished');
    await delay(700);
    expect(runs.get(undefined, first.id).status).toBe('running');
    allowWrites();
    await until(first.id, 'finished');
    expect(core.jobs.get(first.jobId!).state).toBe('finished');
    expect(core.database.prepare('SELECT state FROM jobs WHERE id = ?').get(first.jobId!)?.state).toBe(
      'finished',
    );
  });

  it('survives the cancellation of a queued run that could not be written', async () => {
    slots = 0;
    const { id, jobId } = await create();
    refuseWrites();
    core.jobs.cancel(jobId!);
    await delay(50);
    allowWrites();
    expect(runs.get(undefined, id).status).toBe('queued');
  });

  it('resumes a run once, however often it is asked at the same time', async () => {
    const { id } = await create();
    executor.job(id).journal({ type: 'checkpoint', step: 40 });
    executor.job(id).die();
    await until(id, 'lost');
    const results = await Promise.allSettled([runs.requeue(id, {}), runs.requeue(id, {})]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect(executor.submissions).toBe(2);
  });

  it('does not resume a deleted run, which nobody would see', async () => {
    const { id } = await create();
    executor.job(id).journal({ type: 'checkpoint', step: 40 });
    executor.job(id).die();
    await until(id, 'lost');
    runs.delete([id]);
    await expect(runs.requeue(id, {})).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(runs.busy()).toBe(false);
  });

  it('opens although a run cannot be looked for', async () => {
    const { id } = await create();
    core.database.prepare(`UPDATE runs SET status = 'queued', handle = NULL WHERE id = ?`).run(id);
    await closeCore();
    open();
    executor.find = async () => {
      throw new Error('the target is away');
    };
    await runs.recover();
    expect(runs.get(undefined, id).status).toBe('queued');
    expect(executor.submissions).toBe(1);
  });
});

describe('runs and the core that left them', () => {
  it('finds a running run again and misses nothing that it recorded meanwhile', async () => {
    const { id } = await create();
    const job = executor.job(id);
    job.journal({ type: 'metrics', step: 1, at: 1, values: { loss: 1 } });
    await delay(400);
    await closeCore();
    job.journal({ type: 'metrics', step: 2, at: 2, values: { loss: 2 } });
    open();
    await runs.recover();
    expect(runs.get(undefined, id).status).toBe('running');
    job.journal({ type: 'metrics', step: 3, at: 3, values: { loss: 3 } });
    job.exit('finished');
    await until(id, 'finished');
    expect(runs.points(id, 'loss', 10, 0).points.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(executor.submissions).toBe(1);
  });

  it('takes over a run that ended while no core was there', async () => {
    const { id } = await create();
    await closeCore();
    executor.job(id).exit('failed', {
      code: 'TRAINING_IMPOSSIBLE',
      message: 'one class only',
      nextStep: 'choose another target',
      details: {},
    });
    open();
    await runs.recover();
    const run = await until(id, 'failed');
    expect(run.failure).toMatchObject({ code: 'TRAINING_IMPOSSIBLE', message: 'one class only' });
  });

  it('finds a job whose handle was never written down, instead of starting it twice', async () => {
    const { id } = await create();
    core.database.prepare(`UPDATE runs SET status = 'queued', handle = NULL WHERE id = ?`).run(id);
    await closeCore();
    open();
    await runs.recover();
    expect(runs.get(undefined, id).status).toBe('running');
    expect(executor.submissions).toBe(1);
    executor.job(id).exit('finished');
    await until(id, 'finished');
  });

  it('calls a run lost whose process is gone without a word, and resumes it from its checkpoint', async () => {
    const { id } = await create();
    const job = executor.job(id);
    job.journal({ type: 'checkpoint', step: 40 });
    job.die();
    const lost = await until(id, 'lost');
    expect(lost.resumable).toBe(true);
    expect(lost.failure?.code).toBe('TARGET_FAILED');
    await runs.requeue(id, { 'spec.json': { resume: true } });
    expect(runs.get(undefined, id).status).toBe('running');
    executor.job(id).exit('finished');
    expect((await until(id, 'finished')).failure).toBeNull();
  });
});

describe('a run that waits', () => {
  it('says for what, and starts when that is there', async () => {
    const first = await create({ scheduling: { ...atOnce, held: true } });
    expect(runs.get(undefined, first.id).waitingFor).toContain('held');
    await runs.reschedule(first.id, { held: false });
    await until(first.id, 'running');
    expect(runs.get(undefined, first.id).waitingFor).toBeNull();
  });

  it('starts in the order of priority, and nothing while the queue is paused, also after a restart', async () => {
    await runs.pauseQueue(true);
    slots = 1;
    const low = await create();
    const high = await create({ scheduling: { ...atOnce, priority: 5 } });
    expect(runs.queue().runs.map(({ id }) => id)).toEqual([high.id, low.id]);
    await closeCore();
    open();
    await runs.recover();
    expect(runs.get(undefined, high.id).waitingFor).toContain('paused');
    expect(executor.submissions).toBe(0);
    await runs.pauseQueue(false);
    await until(high.id, 'running');
    expect(runs.get(undefined, low.id).waitingFor).toContain('slot');
  });

  it('starts at its time', async () => {
    const run = await create({ scheduling: { ...atOnce, notBefore: clock.now() + 3_600_000 } });
    await runs.pauseQueue(false);
    expect(runs.get(undefined, run.id).status).toBe('queued');
    clock.forward(3_600_000);
    await until(run.id, 'running');
  });

  it('is cancelled when a run that it comes after does not finish', async () => {
    const first = await create();
    const second = await create({ scheduling: { ...atOnce, after: [first.id] } });
    executor.job(first.id).exit('failed', { code: 'X', message: 'no', nextStep: '', details: {} });
    const run = await until(second.id, 'cancelled');
    expect(run.failure?.message).toContain(first.name);
    expect(executor.submissions).toBe(1);
  });

  it('gets a GPU of its own, which the next gets when it ended', async () => {
    gpus = [gpu(0)];
    const wants = { resources: { ...unlimited, gpus: 1 } };
    const first = await create(wants);
    const second = await create(wants);
    expect((await until(first.id, 'running')).gpus).toEqual([{ id: 'GPU-0', index: 0, vendor: 'nvidia' }]);
    expect(runs.get(undefined, second.id).waitingFor).toContain('GPUs');
    await closeCore();
    open();
    await runs.recover();
    expect(runs.get(undefined, second.id).status).toBe('queued');
    executor.job(first.id).exit('finished');
    expect((await until(second.id, 'running')).gpus).toHaveLength(1);
  });
});

describe('making a run ready', () => {
  it('goes on while others run and end, and shows what it does', async () => {
    let go = () => {};
    executor.onPrepare = async (_run, _folder, { onProgress }) => {
      onProgress({ fraction: 0.5, message: 'building', rate: null, remainingMs: null });
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    };
    const slow = await create();
    expect(slow.status).toBe('queued');
    expect(slow.waitingFor).toContain('made ready');
    expect(slow.progress.message).toBe('building');
    executor.onPrepare = async () => {};
    const quick = await create();
    await until(quick.id, 'running');
    go();
    await until(slow.id, 'running');
  });

  it('is given up when the run is cancelled', async () => {
    let aborted = false;
    executor.onPrepare = (_run, _folder, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      });
    const run = await create();
    await runs.cancel(run.id);
    expect(runs.get(undefined, run.id).status).toBe('cancelled');
    await delay(20);
    expect(aborted).toBe(true);
    expect(executor.submissions).toBe(0);
  });

  it('begins anew in the next core when this one closes', async () => {
    executor.onPrepare = (_run, _folder, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const run = await create();
    await closeCore();
    executor.onPrepare = async () => {};
    open();
    await runs.recover();
    await until(run.id, 'running');
    expect(executor.preparations).toBe(2);
  });

  it('ends the run as failed, with the reason, where it is not possible', async () => {
    executor.onPrepare = async () => {
      throw new AppError('ENVIRONMENT_FAILED', 'There is no such image.');
    };
    const run = await create();
    expect(await until(run.id, 'failed')).toMatchObject({ failure: { code: 'ENVIRONMENT_FAILED' } });
  });
});

describe('a run that is to be tried again', () => {
  const retries = (count: number) => ({ scheduling: { ...atOnce, retries: count } });
  const fault = (code: string) => ({ code, message: 'it did not work', nextStep: '', details: {} });

  it('starts again after a failure that may pass, as often as was asked', async () => {
    const { id } = await create(retries(1));
    executor.job(id).exit('failed', fault('PROGRAM_FAILED'));
    await vi.waitFor(() => expect(executor.submissions).toBe(2), { timeout: 5000 });
    expect((await until(id, 'running')).attempt).toBe(2);
    executor.job(id).exit('failed', fault('PROGRAM_FAILED'));
    expect((await until(id, 'failed')).attempt).toBe(2);
  });

  it('does not start again after one that would come again', async () => {
    const { id } = await create(retries(3));
    executor.job(id).exit('failed', fault('OUT_OF_MEMORY'));
    expect((await until(id, 'failed')).attempt).toBe(1);
  });

  it('goes on from its checkpoint, and waits a while where the target was at fault', async () => {
    const { id } = await create(retries(1));
    executor.job(id).journal({ type: 'checkpoint', step: 3 });
    executor.job(id).exit('failed', fault('GPU_LOST'));
    const waiting = await until(id, 'queued');
    expect(waiting.scheduling.notBefore).toBe(clock.now() + 5000);
    const spec = JSON.parse(fs.readFileSync(path.join(core.folders.run(id), 'spec.json'), 'utf8'));
    expect(spec.resume).toBe(true);
    clock.forward(5000);
    await until(id, 'running');
  });

  it('does not start again when it was cancelled', async () => {
    const { id } = await create(retries(3));
    await runs.cancel(id);
    executor.job(id).exit('cancelled');
    await until(id, 'cancelled');
    expect(executor.submissions).toBe(1);
  });
});

describe('the end of a program', () => {
  const program = {
    recipe: recipe.parse({ command: 'python train.py', checks: ['loss < 1', 'accuracy > 0.5'] }),
  };

  it('evaluates the checks of its recipe', async () => {
    const { id } = await create(program);
    executor.job(id).journal({ type: 'metrics', step: 1, at: 1, values: { loss: 0.5 } });
    executor.job(id).exit('finished');
    expect((await until(id, 'finished')).checks).toEqual([
      { expression: 'loss < 1', value: 0.5, passed: true },
      { expression: 'accuracy > 0.5', value: null, passed: false },
    ]);
  });

  it('takes what the target names when it collects', async () => {
    const { id } = await create(program);
    const collect = executor.collect;
    executor.collect = async (...named) => {
      executor.job(id).output('plot.png', 'png');
      executor.job(id).journal({ type: 'artifact', path: 'plot.png' });
      return collect(...named);
    };
    executor.job(id).exit('finished');
    await until(id, 'finished');
    expect(runs.detail(id).artifacts).toMatchObject([{ path: 'plot.png', kind: 'image' }]);
  });

  it('waits for a target that cannot collect it just now', async () => {
    const { id } = await create(program);
    const collect = executor.collect;
    let calls = 0;
    executor.collect = async (...named) => {
      calls += 1;
      if (calls < 3) throw new AppError('DISK_FULL', 'The disk is full.');
      return { ...(await collect(...named)), environment: { image: 'x' } };
    };
    executor.job(id).exit('finished');
    await until(id, 'finished');
    expect(calls).toBe(3);
    expect(runs.detail(id).environment.image).toBe('x');
  });

  it('is told apart from a start that lies in the future of its clock', async () => {
    const { id } = await create();
    executor.job(id).exit('finished');
    expect((await until(id, 'finished')).durationMs).toBe(0);
  });

  it('keeps the machine’s telemetry apart from its metrics, and adds up its energy', async () => {
    const { id } = await create();
    executor
      .job(id)
      .journal(
        { type: 'metrics', step: 1, at: 1, values: { loss: 1, 'system/cpu_percent': 50 } },
        { type: 'summary', key: 'best', value: 'NaN' },
        { type: 'environment', values: { python: '3.11.2' } },
      );
    executor.job(id).exit('finished');
    await until(id, 'finished');
    const run = runs.detail(id);
    expect(run.metrics).toEqual({ loss: 1 });
    expect(Object.keys(run.systemMetrics)).toEqual(['system/cpu_percent']);
    expect(runs.points(id, undefined, 10, 0)).toMatchObject({ total: 1, points: [{ key: 'loss' }] });
    expect(runs.series([id], undefined, 10).map(({ key }) => key)).toEqual(['loss']);
    expect(runs.series([id], ['system/cpu_percent'], 10)).toHaveLength(1);
    expect(run.summary).toEqual({ best: 'NaN' });
    expect(run.environment.python).toBe('3.11.2');
  });
});

describe('the queue', () => {
  it('starts no more runs than there are slots, and the next when one ends', async () => {
    slots = 1;
    const first = await create();
    const second = await create();
    expect([first.status, second.status]).toEqual(['running', 'queued']);
    executor.job(first.id).exit('finished');
    await until(second.id, 'running');
    executor.job(second.id).exit('finished');
    await until(second.id, 'finished');
  });

  it('cancels a queued run at once and a running one by asking it', async () => {
    slots = 1;
    const first = await create();
    const second = await create();
    expect((await runs.cancel(second.id)).status).toBe('cancelled');
    await runs.cancel(first.id);
    expect(executor.job(first.id).cancels).toEqual(['asked']);
    executor.job(first.id).exit('cancelled');
    await until(first.id, 'cancelled');
  });

  it('ends by force a run that does not stop when asked', async () => {
    const { id } = await create();
    await runs.cancel(id);
    clock.forward(11_000);
    for (let tries = 0; tries < 100 && !executor.job(id).cancels.includes('forced'); tries++) await delay(25);
    executor.job(id).die();
    expect((await until(id, 'cancelled')).failure).toBeNull();
  });

  it('says why a run could not be started', async () => {
    executor.refuse = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const { id } = await create();
    expect(runs.get(undefined, id)).toMatchObject({ status: 'failed', failure: { code: 'DISK_FULL' } });
  });
});

describe('the list of runs', () => {
  it('gives each run the least used colour and a name of its own', async () => {
    slots = 0;
    const created = [];
    for (let index = 0; index < 13; index++) created.push(await create());
    expect(created.map(({ color }) => color)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1]);
    expect(created.slice(0, 3).map(({ name }) => name)).toEqual(['mlp', 'mlp-2', 'mlp-3']);
  });

  it('orders by a metric, those without it last, and never runs what is in the key', async () => {
    const [a, b, c] = [await create({ name: 'a' }), await create({ name: 'b' }), await create({ name: 'c' })];
    slots = 3;
    executor
      .job(a!.id)
      .journal({ type: 'metrics', step: 1, at: 1, values: { "x'; DROP TABLE runs; --": 1 } });
    executor
      .job(b!.id)
      .journal({ type: 'metrics', step: 1, at: 1, values: { "x'; DROP TABLE runs; --": 2 } });
    for (const run of [a, b]) executor.job(run!.id).exit('finished');
    for (const run of [a, b]) await until(run!.id, 'finished');
    const listed = runs.list({
      orderBy: "metrics.x'; DROP TABLE runs; --",
      descending: true,
      limit: 10,
      offset: 0,
    });
    expect(listed.runs.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect(listed.total).toBe(3);
    await runs.cancel(c!.id);
  });

  it('finds by name, experiment, template and tag, and takes % and _ for themselves', async () => {
    slots = 0;
    await create({ name: 'alpha_1', tags: { owner: 'ada' } });
    await create({ name: 'alphaX1' });
    const names = (text: string) =>
      runs
        .list({ text, orderBy: 'name', descending: false, limit: 10, offset: 0 })
        .runs.map(({ name }) => name);
    expect(names('alpha_')).toEqual(['alpha_1']);
    expect(names('owner=ada')).toEqual(['alpha_1']);
    expect(names('digits')).toEqual(['alpha_1', 'alphaX1']);
    expect(names('%')).toEqual([]);
  });

  it('hides deleted runs until they are restored, and does not delete one that runs', async () => {
    const { id } = await create();
    expect(() => runs.delete([id])).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    executor.job(id).exit('finished');
    await until(id, 'finished');
    runs.delete([id]);
    expect(runs.list({ orderBy: 'started', descending: true, limit: 10, offset: 0 }).total).toBe(0);
    runs.restore([id]);
    expect(runs.list({ orderBy: 'started', descending: true, limit: 10, offset: 0 }).total).toBe(1);
  });

  it('asks for the id where several runs have the name', async () => {
    slots = 0;
    const [a, b] = [await create(), await create()];
    runs.update(b.id, { name: a.name });
    expect(() => runs.get(undefined, a.name)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => runs.get(undefined, 'nobody')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('a comparison', () => {
  it("marks what differs, and the best by the metric's own direction", async () => {
    const [a, b] = [
      await create({ params: { seed: 7, lr: 0.1 } }),
      await create({ params: { seed: 7, lr: 0.2 } }),
    ];
    executor
      .job(a.id)
      .journal({ type: 'metrics', step: 1, at: 1, values: { val_loss: 0.2, test_accuracy: 0.9, thing: 1 } });
    executor
      .job(b.id)
      .journal({ type: 'metrics', step: 1, at: 1, values: { val_loss: 0.3, test_accuracy: 0.95, thing: 2 } });
    for (const run of [a, b]) executor.job(run.id).exit('finished');
    for (const run of [a, b]) await until(run.id, 'finished');
    const { params, metrics } = runs.compare([a.id, b.id]);
    expect(params).toEqual([
      { key: 'lr', values: [0.1, 0.2], differs: true },
      { key: 'seed', values: [7, 7], differs: false },
    ]);
    const best = Object.fromEntries(metrics.map(({ key, best }) => [key, best]));
    expect(best).toEqual({ val_loss: 0, test_accuracy: 1, thing: null });
  });
});
