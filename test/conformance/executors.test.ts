import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createOnnxExecutor } from '../../app/executors/onnx/onnx.executor.ts';
import { createProcessExecutor } from '../../app/executors/process/process.executor.ts';
import type { TrainParams } from '../../app/kernel/ports/training.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { programBehaviours } from '../support/program-behaviours.ts';
import { programRun } from '../support/program-run.ts';
import { digitsCsv, TrainingBench } from '../support/training-run.ts';
import { type Behaviour, executorConformance } from './executor.conformance.ts';

const resources = path.resolve(import.meta.dirname, '../../resources');

executorConformance({
  name: 'process',
  skipped: process.platform === 'win32' ? 'it is for Linux and macOS' : null,
  create() {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-process-'));
    return {
      executor: () =>
        createProcessExecutor({
          environments: path.join(root, 'environments'),
          sdk: path.join(resources, 'sdk', 'python'),
          launcher: path.join(resources, 'launcher'),
          log: new MemoryLog(),
        }),
      folder: (run, behaviour) => programRun(path.join(root, 'runs'), run, programBehaviours[behaviour]),
      // The launcher leads a session of its own, and its program stays in its group of processes.
      destroy: ({ pid }) => void process.kill(-Number(pid), 'SIGKILL'),
      close: () => fs.rmSync(root, { recursive: true }),
    };
  },
});

const worker = path.resolve(import.meta.dirname, '../../native/training/train.worker.ts');

/** The training that behaves so. It obeys the signal that ends every program, so none of it is deaf. */
const trainings: Record<Behaviour, Partial<TrainParams>> = {
  finishes: { epochs: 2 },
  fails: { target: 'nothing' },
  'goes on': { epochs: 100_000 },
  'is deaf': { epochs: 100_000 },
};

executorConformance({
  name: 'native',
  async create() {
    const bench = new TrainingBench();
    const digits = await bench.table('digits', `SELECT * FROM read_csv('${digitsCsv}')`);
    const children: ChildProcess[] = [];
    return {
      executor: () =>
        createOnnxExecutor({
          start: () => Promise.reject(new Error('the suite starts no such worker')),
          async startDetached(_entry, args, { stdoutPath, stderrPath }) {
            const logs = [fs.openSync(stdoutPath, 'a'), fs.openSync(stderrPath, 'a')];
            const child = spawn(process.execPath, [worker, ...args], { stdio: ['ignore', ...logs] });
            for (const log of logs) fs.closeSync(log);
            children.push(child);
            return { pid: child.pid! };
          },
        }),
      folder(_run, behaviour) {
        const folder = bench.folder(digits, 'mlp', trainings[behaviour]);
        fs.mkdirSync(path.join(folder, 'journal'), { recursive: true });
        return folder;
      },
      destroy: ({ pid }) => void process.kill(Number(pid), 'SIGKILL'),
      close() {
        for (const child of children) child.kill('SIGKILL');
        bench.remove();
      },
    };
  },
});
