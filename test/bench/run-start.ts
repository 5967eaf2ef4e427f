import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunId } from '../../app/contract/ids.ts';
import { createDockerExecutor } from '../../app/executors/docker/docker.executor.ts';
import { engineAddress } from '../../app/executors/docker/engine-address.ts';
import type { Executor } from '../../app/executors/executor.ts';
import { createOnnxExecutor } from '../../app/executors/onnx/onnx.executor.ts';
import { findTestEngine, TEST_IMAGE, type TestEngine } from '../support/docker-engine.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { ProgramBench } from '../support/program-bench.ts';
import { newRunId, programRun, textOf, until } from '../support/program-run.ts';
import { findPython } from '../support/python.ts';
import { digitsCsv, TrainingBench } from '../support/training-run.ts';
import type { BenchRow } from './bench.ts';
import { beside, firstLineIn, inTurns, skipped } from './run-measure.ts';

const sdk = path.resolve(import.meta.dirname, '../../resources/sdk/python');
const worker = path.resolve(import.meta.dirname, '../../out/host/train.worker.js');
/** Prints what runs it, as something to wait for. */
const program = ['-c', 'import sys; print(sys.executable, flush=True)'];

/** From asking an executor to start a run, whose folder is there, to its first line; beside the same command started by hand. */
export async function startRows(rounds: number): Promise<BenchRow[]> {
  return [...(await nativeRows(rounds)), ...(await processRows(rounds)), ...(await dockerRows(rounds))];
}

async function nativeRows(rounds: number): Promise<BenchRow[]> {
  const bench = new TrainingBench();
  try {
    const digits = await bench.table('digits', `SELECT * FROM read_csv('${digitsCsv}')`);
    const folder = () => {
      const made = bench.folder(digits, 'softmax', { epochs: 1 });
      fs.mkdirSync(path.join(made, 'journal'));
      return made;
    };
    const executor = createOnnxExecutor({
      start: () => Promise.reject(new Error('the benchmark starts no such worker')),
      async startDetached(_entry, args, { stdoutPath, stderrPath }) {
        const child = command(process.execPath, [worker, ...args], stdoutPath, stderrPath);
        child.unref();
        await once(child, 'spawn');
        return { pid: child.pid! };
      },
    });
    const first = path.join('journal', 'native.jsonl');
    const { ours, peer } = await inTurns(rounds, {
      ours: () => byExecutor(executor, folder(), first),
      peer: () => {
        const made = folder();
        return byHand(
          process.execPath,
          [worker, made],
          path.join(made, 'stdout.log'),
          path.join(made, first),
        );
      },
    });
    return [overhead('built-in engine, to the first line of its journal', ours, peer, 'its worker by hand')];
  } finally {
    bench.remove();
  }
}

async function processRows(rounds: number): Promise<BenchRow[]> {
  const python = findPython();
  if (!python) return [skipped('process: start to first line', 'there is no python3')];
  const programs = new ProgramBench();
  try {
    const rows: BenchRow[] = [];
    for (const requirements of [null, []]) {
      const folder = () =>
        programs.folder(newRunId(), { command: ['python3', ...program], environment: { requirements } });
      // What its first run prints is the interpreter to start by hand; a new environment is made in it too.
      const trial = await programs.run({ command: ['python3', ...program], environment: { requirements } });
      const interpreter = textOf(trial.folder, 'stdout.log').trim();
      const { ours, peer } = await inTurns(rounds, {
        ours: () => byExecutor(programs.executor, folder(), 'stdout.log'),
        peer: () => byHand(interpreter, program, path.join(folder(), 'stdout.log')),
      });
      const what = requirements === null ? 'process: python3' : 'process: python3 of a cached environment';
      rows.push(overhead(`${what}, to its first line`, ours, peer, 'python3 by hand, same interpreter'));
    }
    return rows;
  } finally {
    await programs.close();
  }
}

async function dockerRows(rounds: number): Promise<BenchRow[]> {
  const what = 'Docker: python3, to its first line';
  const engine = await findTestEngine();
  if (!engine) return [skipped(what, 'no engine answers and none could be started')];
  try {
    return [await dockerRow(rounds, engine, what)];
  } finally {
    await engine.stop();
  }
}

async function dockerRow(rounds: number, engine: TestEngine, what: string): Promise<BenchRow> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-docker-'));
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const executor = createDockerExecutor({
    engine: engineAddress.parse({ host: engine.host }),
    workspaceId: 'bench',
    sdk,
    user: me,
    log: new MemoryLog(),
  });
  const folder = () =>
    programRun(root, newRunId(), { command: ['python3', ...program], environment: { image: TEST_IMAGE } });
  const words = [
    '--host',
    engine.host,
    'run',
    '--rm',
    '--network',
    'none',
    TEST_IMAGE,
    'python3',
    ...program,
  ];
  const hasCommand = spawnSync('docker', ['--version']).status === 0;
  try {
    const { ours, peer } = await inTurns(rounds, {
      ours: () => byExecutor(executor, folder(), 'stdout.log'),
      peer: async () => (hasCommand ? byHand('docker', words, path.join(folder(), 'stdout.log')) : 0),
    });
    if (!hasCommand)
      return { what, ours, oursUnit: 'ms', note: 'there is no docker command to compare with' };
    return overhead(what, ours, peer, 'docker run, no mounts');
  } finally {
    await executor.close();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

/** @param first path of the file that the first line comes into, in the run's folder */
async function byExecutor(executor: Executor, folder: string, first: string): Promise<number> {
  const run = path.basename(folder) as RunId;
  const since = performance.now();
  await executor.prepare(run, folder, { signal: new AbortController().signal, onProgress: () => undefined });
  const handle = await executor.submit(run, folder, { gpus: [] });
  try {
    await firstLineIn(path.join(folder, first));
    const tookMs = performance.now() - since;
    await until('the job is gone', async () => (await executor.observe(handle, folder)) === 'gone');
    return tookMs;
  } finally {
    await executor.cancel(handle, folder, true);
    await executor.collect(handle, folder);
  }
}

/** @param first file that the first line comes into; the program's output unless it is another */
async function byHand(
  name: string,
  words: readonly string[],
  output: string,
  first = output,
): Promise<number> {
  const since = performance.now();
  const child = command(name, words, output, `${output}.errors`);
  const ended = once(child, 'exit');
  await firstLineIn(first);
  const tookMs = performance.now() - since;
  await ended;
  return tookMs;
}

function command(name: string, words: readonly string[], stdout: string, stderr: string) {
  const files = [stdout, stderr].map((file) => fs.openSync(file, 'a'));
  try {
    return spawn(name, words, { detached: true, stdio: ['ignore', ...files] });
  } finally {
    for (const file of files) fs.closeSync(file);
  }
}

function overhead(what: string, ours: number, value: number, name: string): BenchRow {
  const more = ours - value;
  const note = `${more < 0 ? '−' : '+'}${Math.abs(more).toFixed(1)} ms`;
  return beside({ what, oursUnit: 'ms', note }, ours, { name, value });
}
