import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findPython, pythonWith } from '../support/python.ts';
import type { BenchRow } from './bench.ts';
import { beside, inTurns, median, skipped } from './run-measure.ts';

const program = path.join(import.meta.dirname, 'run-logging.py');
const sdk = path.resolve(import.meta.dirname, '../../resources/sdk/python');
const LIMIT = '< 10 µs';

interface Way {
  /** As run-logging.py calls it. */
  readonly way: string;
  readonly name: string;
  /** How the calls are kept when `keptSeconds` is over. */
  readonly kept: string;
}

/** Ways that are compared at one number of calls, which ends within seconds for the slowest. */
interface Comparison {
  readonly calls: number;
  /** null: the machine's own Python suffices. */
  readonly packages: readonly string[] | null;
  readonly peers: readonly Way[];
}

const comparisons: readonly Comparison[] = [
  {
    calls: 200_000,
    packages: null,
    peers: [
      { way: 'file', name: 'f-string to a file', kept: 'synced' },
      { way: 'file-flush', name: 'f-string to a file, flushed', kept: 'synced' },
    ],
  },
  {
    calls: 5000,
    packages: ['wandb==0.31.0'],
    peers: [{ way: 'wandb', name: 'wandb offline', kept: 'in its file, not synced' }],
  },
  {
    calls: 300,
    // The small distribution of MLflow, with what its SQLite store needs; its file store is deprecated.
    packages: ['mlflow-skinny==3.17.2', 'sqlalchemy==2.1.9', 'alembic==1.20.1'],
    peers: [
      { way: 'mlflow', name: 'MLflow, SQLite', kept: 'each call committed' },
      { way: 'mlflow-async', name: 'MLflow, SQLite, asynchronous', kept: 'each call committed' },
    ],
  },
];

interface Measured {
  readonly callSeconds: number;
  readonly keptSeconds: number;
  readonly version: string;
}

/** What a call of the Python SDK costs the program, and what it costs until everything is on the disk, beside others. */
export async function loggingRows(rounds: number): Promise<BenchRow[]> {
  const python = findPython();
  if (!python) return [skipped('lathe.log(…)', 'there is no python3')];
  const rows: BenchRow[] = [];
  for (const comparison of comparisons) {
    const theirs = comparison.packages === null ? python : await pythonWith(comparison.packages);
    if (!theirs) {
      const reason = `pip could not install ${comparison.packages!.join(', ')}`;
      rows.push(...comparison.peers.map(({ name }) => skipped(`lathe.log(…) beside ${name}`, reason)));
      continue;
    }
    for (const keys of [1, 3]) rows.push(...(await compare(comparison, keys, rounds, { python, theirs })));
  }
  return rows;
}

async function compare(
  { calls, peers }: Comparison,
  keys: number,
  rounds: number,
  { python, theirs }: { readonly python: string; readonly theirs: string },
): Promise<BenchRow[]> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-logging-'));
  const kept = new Map<string, number[]>();
  const versions = new Map<string, string>();
  const measure = (interpreter: string, way: string) => async () => {
    const { callSeconds, keptSeconds, version } = await log(interpreter, way, keys, calls, root);
    kept.set(way, [...(kept.get(way) ?? []), keptSeconds]);
    versions.set(way, version);
    return callSeconds;
  };
  try {
    const waits = await inTurns(rounds, {
      lathe: measure(python, 'lathe'),
      ...Object.fromEntries(peers.map(({ way }) => [way, measure(theirs, way)])),
    } as Record<string, () => Promise<number>>);
    const call = keys === 1 ? 'lathe.log({loss})' : 'lathe.log({loss, acc, lr})';
    const what = `${call}, ${calls.toLocaleString('en')} calls`;
    const perSecond = Math.round(1 / waits.lathe!).toLocaleString('en');
    return peers.flatMap(({ way, name, kept: where }) => {
      const named = `${name} ${versions.get(way)}`.trim();
      const ours = { oursUnit: 'µs', what, limit: LIMIT, note: `${perSecond} calls/s` };
      const synced = {
        oursUnit: 'µs',
        what: `${what}, until synced to the disk`,
        note: `the peer’s: ${where}`,
      };
      const row = beside(ours, waits.lathe! * 1e6, { name: named, value: waits[way]! * 1e6 });
      // More values in a call make no other difference to keeping them.
      if (keys > 1) return [row];
      const [oursKept, theirsKept] = [kept.get('lathe')!, kept.get(way)!].map((all) => median(all.slice(1)));
      return [row, beside(synced, oursKept! * 1e6, { name: named, value: theirsKept! * 1e6 })];
    });
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

async function log(
  python: string,
  way: string,
  keys: number,
  calls: number,
  root: string,
): Promise<Measured> {
  const folder = fs.mkdtempSync(path.join(root, 'run-'));
  for (const name of ['journal', 'outputs', 'checkpoint']) fs.mkdirSync(path.join(folder, name));
  const env = {
    PATH: process.env.PATH ?? '',
    // What the libraries keep for later runs stays in here, and none of them calls home.
    HOME: root,
    TMPDIR: root,
    WANDB_MODE: 'offline',
    WANDB_SILENT: 'true',
    WANDB_ERROR_REPORTING: 'false',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    PYTHONPATH: sdk,
    LATHE_RUN_ID: path.basename(folder),
    LATHE_RUN_DIR: folder,
    LATHE_OUTPUTS: path.join(folder, 'outputs'),
  };
  const words = [program, way, String(keys), String(calls), folder];
  const { stdout } = await promisify(execFile)(python, words, { cwd: folder, env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}
