import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveParameters } from '../../app/domains/training/resolve-parameters.ts';
import { templates } from '../../app/domains/training/templates.ts';
import type { TrainParams } from '../../app/kernel/ports/training.ts';
import {
  abortAfter,
  digitsCsv,
  readRun,
  type TestRun,
  TrainingBench,
} from '../../test/support/training-run.ts';

const bench = new TrainingBench();
let digits = '';
beforeAll(async () => {
  digits = await bench.table('digits', `SELECT * FROM read_csv('${digitsCsv}')`);
});
afterAll(() => bench.remove());

function defaults(template: 'softmax' | 'mlp'): TrainParams {
  const declared = templates.find(({ id }) => id === template)!;
  return resolveParameters(declared, {}, { columns: [{ name: 'label', type: 'integer' }], labelColumn: null })
    .engine;
}

const modelOf = ({ folder }: TestRun) => fs.readFileSync(path.join(folder, 'outputs', 'model.onnx'));

describe('the digits, with the defaults of the templates', () => {
  it.each([
    ['softmax', 7, 0.94],
    ['softmax', 8, 0.94],
    ['softmax', 9, 0.94],
    ['mlp', 7, 0.96],
    ['mlp', 8, 0.96],
    ['mlp', 9, 0.96],
  ] as const)('%s with seed %i tells at least %d of unseen ones right', async (template, seed, least) => {
    const run = await bench.train(digits, template, { ...defaults(template), seed });
    expect(run.exit).toMatchObject({ state: 'finished', failure: null });
    expect(run.last.test_accuracy).toBeGreaterThanOrEqual(least);
    expect(run.last.test_accuracy).toBeLessThan(1);
    expect(run.records.filter(({ type }) => type === 'artifact')).toEqual([
      { type: 'artifact', path: 'split.json' },
      { type: 'artifact', path: 'model.onnx' },
    ]);
  });
});

describe('the same seed', () => {
  it.each([1, 2])('gives the same metrics and the same file with %i threads', async (threads) => {
    const params = { hidden: [32, 16], epochs: 4 };
    const [first, second] = [
      await bench.train(digits, 'mlp', params, threads),
      await bench.train(digits, 'mlp', params, threads),
    ];
    expect(first.points).toEqual(second.points);
    expect(first.points.train_loss!.length).toBeGreaterThan(50);
    expect(modelOf(first).equals(modelOf(second))).toBe(true);
  });

  it('matters: another one splits and begins otherwise', async () => {
    const [first, second] = [
      await bench.train(digits, 'mlp', { epochs: 1 }),
      await bench.train(digits, 'mlp', { epochs: 1, seed: 8 }),
    ];
    expect(first.points.train_loss).not.toEqual(second.points.train_loss);
  });
});

describe('a run that is stopped in the middle of an epoch and resumed', () => {
  const params: Partial<TrainParams> = { hidden: [32], epochs: 6 };
  let whole: TestRun;
  beforeAll(async () => {
    whole = await bench.train(digits, 'mlp', params);
  });

  it('is cancelled, has a checkpoint, and ends bit for bit as if it had not been stopped', async () => {
    const folder = bench.folder(digits, 'mlp', params);
    const stopped = await bench.run(folder, abortAfter(55));
    expect(stopped.exit).toMatchObject({ state: 'cancelled', failure: null });
    expect(stopped.records.at(-1)).toEqual({ type: 'checkpoint', step: 55 });
    expect(fs.existsSync(path.join(folder, 'outputs', 'model.onnx'))).toBe(false);

    bench.prepareResume(folder);
    await bench.run(folder, abortAfter(70));
    bench.prepareResume(folder);
    const resumed = await bench.run(folder);
    expect(resumed.exit.state).toBe('finished');
    expect(resumed.lines.join('\n')).toContain('resumed at step 125');
    expect(resumed.points).toEqual(whole.points);
    expect(modelOf(resumed).equals(modelOf(whole))).toBe(true);
  });

  it('tells no point twice when it died after the checkpoint, with a torn line at the end', async () => {
    const folder = bench.folder(digits, 'mlp', params);
    await bench.run(folder, abortAfter(40));
    const checkpoint = path.join(folder, 'checkpoint', 'state.bin');
    const early = fs.readFileSync(checkpoint);
    bench.prepareResume(folder);
    await bench.run(folder, abortAfter(60));
    // As a power cut would leave it: a journal that is ahead of the checkpoint, and half a line.
    fs.writeFileSync(checkpoint, early);
    fs.appendFileSync(path.join(folder, 'journal', 'native.jsonl'), '{"type":"metrics","step":10');
    bench.prepareResume(folder);
    const resumed = await bench.run(folder);
    expect(resumed.lines.join('\n')).toContain('resumed at step 40');
    expect(resumed.points).toEqual(whole.points);
    expect(modelOf(resumed).equals(modelOf(whole))).toBe(true);
  });

  it('begins anew without a checkpoint, and says so to nobody twice', async () => {
    const folder = bench.folder(digits, 'mlp', params);
    await bench.run(folder, abortAfter(40));
    fs.rmSync(path.join(folder, 'checkpoint'), { recursive: true });
    bench.prepareResume(folder);
    expect((await bench.run(folder)).points).toEqual(whole.points);
  });

  it('refuses a checkpoint that is damaged or of another network', async () => {
    const folder = bench.folder(digits, 'mlp', params);
    await bench.run(folder, abortAfter(10));
    const checkpoint = path.join(folder, 'checkpoint', 'state.bin');
    for (const bytes of [Buffer.from('abc'), fs.readFileSync(checkpoint).subarray(0, 500)]) {
      fs.writeFileSync(checkpoint, bytes);
      bench.prepareResume(folder);
      const { exit } = await bench.run(folder);
      expect(exit.failure).toMatchObject({
        code: 'STORAGE_FAILED',
        nextStep: expect.stringContaining('again'),
      });
    }
  });
});

describe('the training process', () => {
  const params = { hidden: [64], epochs: 10_000 };
  const entry = path.join(import.meta.dirname, 'train.worker.ts');
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  function start(folder: string) {
    const child = spawn(process.execPath, [entry, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(child);
    const exited = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      return { code: code as number | null, signal: signal as string | null };
    });
    return { child, exited };
  }

  /** Wait until the journal has grown by so many lines. */
  async function journalGrows(folder: string, lines: number): Promise<void> {
    const filePath = path.join(folder, 'journal', 'native.jsonl');
    const count = () => (fs.existsSync(filePath) ? fs.readFileSync(filePath, 'utf8').split('\n').length : 0);
    const until = count() + lines;
    while (count() < until) await delay(10);
  }

  it('stops at SIGTERM, dies of SIGKILL, and each time goes on to the very same end', async () => {
    const short = { ...params, epochs: 150 };
    const folder = bench.folder(digits, 'mlp', short);
    const first = start(folder);
    await journalGrows(folder, 50);
    first.child.kill('SIGTERM');
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(readRun(folder).exit.state).toBe('cancelled');

    bench.prepareResume(folder);
    const second = start(folder);
    await journalGrows(folder, 50);
    second.child.kill('SIGKILL');
    expect((await second.exited).signal).toBe('SIGKILL');
    expect(fs.existsSync(path.join(folder, 'exit.json'))).toBe(false);

    bench.prepareResume(folder);
    const third = start(folder);
    expect(await third.exited).toEqual({ code: 0, signal: null });
    const whole = await bench.train(digits, 'mlp', short);
    const resumed = readRun(folder);
    expect(resumed.points).toEqual(whole.points);
    expect(modelOf(resumed).equals(modelOf(whole))).toBe(true);
  });

  it('stops where a file named cancel appears, and lets no second one into its folder', async () => {
    const folder = bench.folder(digits, 'mlp', params);
    const { exited } = start(folder);
    await journalGrows(folder, 20);
    const other = start(folder);
    let complaint = '';
    other.child.stderr!.on('data', (text) => {
      complaint += text;
    });
    expect((await other.exited).code).toBe(3);
    expect(complaint).toMatch(/process \d+ trains in this folder already/);
    expect(fs.existsSync(path.join(folder, 'exit.json'))).toBe(false);

    fs.writeFileSync(path.join(folder, 'cancel'), '');
    expect((await exited).code).toBe(0);
    expect(readRun(folder).exit.state).toBe('cancelled');
  });

  it('ends by itself when its folder is gone, and makes none anew', async () => {
    const folder = bench.folder(digits, 'mlp', params);
    const { exited } = start(folder);
    await journalGrows(folder, 20);
    fs.rmSync(folder, { recursive: true });
    expect((await exited).code).toBe(4);
    expect(fs.existsSync(folder)).toBe(false);
  });

  it('takes over a folder whose process is gone, and ends with 1 when training fails', async () => {
    const folder = bench.folder(digits, 'mlp', { target: 'nothing' });
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    fs.writeFileSync(path.join(folder, 'process.json'), JSON.stringify({ pid: gone.pid }));
    expect((await start(folder).exited).code).toBe(1);
    expect(readRun(folder).exit.failure?.code).toBe('TRAINING_IMPOSSIBLE');
  });

  it('takes over a folder whose process was of another start of the machine', async () => {
    const folder = bench.folder(digits, 'mlp', { target: 'nothing' });
    const note = { pid: process.pid, start: 'another boot/1234' };
    fs.writeFileSync(path.join(folder, 'process.json'), JSON.stringify(note));
    expect((await start(folder).exited).code).toBe(1);
  });
});
