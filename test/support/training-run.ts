import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  type ExitSentinel,
  exitSentinel,
  type JournalRecord,
  journalRecord,
} from '../../app/kernel/ports/run-journal.ts';
import type { TrainParams, TrainSpec } from '../../app/kernel/ports/training.ts';
import { runTraining } from '../../native/training/run-training.ts';

export const digitsCsv = path.resolve(import.meta.dirname, '../../resources/sample/digits/digits.csv');

const usual: TrainParams = {
  target: 'label',
  task: 'auto',
  exclude: [],
  hidden: [16],
  activation: 'relu',
  optimizer: 'adam',
  learning_rate: 0.01,
  momentum: 0.9,
  weight_decay: 0,
  batch_size: 32,
  epochs: 10,
  patience: 0,
  validation_fraction: 0.15,
  test_fraction: 0.2,
  seed: 7,
};

/** Run a query and keep its rows as the Parquet file that the engine reads. */
export async function writeTable(folder: string, name: string, sql: string): Promise<string> {
  const filePath = path.join(folder, `${name}.parquet`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (${sql}) TO '${filePath}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return filePath;
}

export interface TestRun {
  readonly folder: string;
  readonly exit: ExitSentinel;
  readonly lines: readonly string[];
  readonly records: readonly JournalRecord[];
  /** Every recorded value by key: [step, value]. */
  readonly points: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  /** The last value of each key. */
  readonly last: Readonly<Record<string, number>>;
}

/** Makes run folders below one temporary folder, and runs the engine in them, in this process. */
export class TrainingBench {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-training-'));
  #runs = 0;

  remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  table(name: string, sql: string): Promise<string> {
    return writeTable(this.root, name, sql);
  }

  /** A run folder with a spec: usual parameters with what the test gives. */
  folder(
    tablePath: string,
    template: TrainSpec['template'],
    params: Partial<TrainParams>,
    threads = 1,
    split: TrainSpec['split'] = null,
  ): string {
    this.#runs += 1;
    const folder = path.join(this.root, `run-${this.#runs}`);
    fs.mkdirSync(path.join(folder, 'outputs'), { recursive: true });
    const spec: TrainSpec = {
      version: 1,
      runId: '0'.repeat(32),
      template,
      tablePath,
      split,
      provenance: {
        dataset: 'test',
        datasetVersion: 1,
        datasetDigest: '0'.repeat(64),
        latheVersion: '0.0.0',
      },
      params: { ...usual, ...params },
      threads,
      resume: false,
    };
    fs.writeFileSync(path.join(folder, 'spec.json'), JSON.stringify(spec));
    return folder;
  }

  /** What a core does before it starts a run again. */
  prepareResume(folder: string): void {
    const specPath = path.join(folder, 'spec.json');
    const spec = JSON.parse(fs.readFileSync(specPath, 'utf8')) as TrainSpec;
    fs.writeFileSync(specPath, JSON.stringify({ ...spec, resume: true }));
    for (const name of ['exit.json', 'process.json', 'cancel'])
      fs.rmSync(path.join(folder, name), { force: true });
  }

  async train(
    tablePath: string,
    template: TrainSpec['template'],
    params: Partial<TrainParams>,
    threads = 1,
  ): Promise<TestRun> {
    return this.run(this.folder(tablePath, template, params, threads));
  }

  async run(folder: string, signal: AbortSignal = new AbortController().signal): Promise<TestRun> {
    const lines: string[] = [];
    const note = (line: string) => void lines.push(line);
    await runTraining(folder, signal, { say: note, complain: note });
    return { ...readRun(folder), lines };
  }
}

/** What a run left in its folder. */
export function readRun(folder: string): TestRun {
  const exit = exitSentinel.parse(JSON.parse(fs.readFileSync(path.join(folder, 'exit.json'), 'utf8')));
  const journal = path.join(folder, 'journal', 'native.jsonl');
  const records = (fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => journalRecord.parse(JSON.parse(line)));
  const points: Record<string, [number, number][]> = {};
  for (const record of records) {
    if (record.type !== 'metrics') continue;
    for (const [key, value] of Object.entries(record.values)) {
      points[key] ??= [];
      points[key].push([record.step, Number(value)]);
    }
  }
  const last = Object.fromEntries(Object.entries(points).map(([key, values]) => [key, values.at(-1)![1]]));
  return { folder, exit, lines: [], records, points, last };
}

/** A signal that aborts when it has been looked at so many times: the engine looks once a step. */
export function abortAfter(looks: number): AbortSignal {
  let seen = 0;
  return Object.defineProperty(new AbortController().signal, 'aborted', {
    get: () => {
      seen += 1;
      return seen > looks;
    },
  });
}
