import fs from 'node:fs';
import {
  mlflowPackage,
  type ServedTracking,
  serveWorkspace,
  startMlflowServer,
} from '../support/mlflow-servers.ts';
import { pythonWith } from '../support/python.ts';
import type { Bench, BenchRow } from './bench.ts';
import { ingestionRows } from './run-ingestion.ts';
import { skipped } from './run-measure.ts';
import { trackingClient } from './track-client.ts';
import { concurrentWriters, loggingOverRest } from './track-logging.ts';
import { searchRows } from './track-search.ts';
import { storeRows } from './track-store.bench-part.ts';
import { populatedMlflow, populatedWorkspace } from './track-workspace.ts';

const many = { runs: 10_000, metrics: 100, params: 50 };

export const bench: Bench = {
  name: 'track',
  title: 'Tracking: logging, the metric store, and a workspace of 10,000 runs × 100 metrics × 50 parameters',
  async run() {
    const stored = await storeRows();
    const journal = await ingestionRows(3);
    return [...(await servedRows()), ...journal, ...stored];
  },
};

/** Lathe's host and MLflow's server beside each other, both on loopback and both with the same runs. */
async function servedRows(): Promise<BenchRow[]> {
  const workspace = await populatedWorkspace(many);
  const ends: (() => Promise<void>)[] = [async () => fs.rmSync(workspace, { recursive: true, force: true })];
  try {
    const lathe = await serveWorkspace(workspace);
    ends.unshift(lathe.stop);
    const python = await pythonWith([mlflowPackage]);
    let peer: ServedTracking | null = null;
    if (python) {
      peer = await startMlflowServer(python, await populatedMlflow(python, many));
      ends.unshift(peer.stop);
    }
    const [ours, theirs] = [trackingClient(lathe), peer && trackingClient(peer)];
    const writingSeconds = process.env.LATHE_BENCH_FULL === '1' ? 60 : 10;
    return [
      ...(python ? [] : [skipped('beside MLflow’s server', `there is no Python with ${mlflowPackage}`)]),
      ...(await searchRows(ours, theirs, 5)),
      ...(await loggingOverRest(ours, theirs, 3)),
      ...(await concurrentWriters(ours, theirs, writingSeconds)),
    ];
  } finally {
    for (const end of ends) await end();
  }
}
