import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunId } from '../../app/contract/ids.ts';
import type { Core } from '../../app/kernel/core.ts';
import { newId } from '../../app/kernel/new-id.ts';
import { createMetricStore, type MetricStore } from '../../app/storage/metric-store.ts';
import { testCore } from './test-core.ts';

/** A metric store in a folder of its own, and runs that its points may belong to. */
export interface MetricBench {
  readonly core: Core;
  readonly store: MetricStore;
  addRun(): RunId;
  close(): void;
}

export function openMetricStore(root?: string): MetricBench {
  const folder = root ?? fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-metrics-'));
  const core = testCore(folder);
  return {
    core,
    store: createMetricStore(core.database),
    addRun: () => insertRun(core),
    close() {
      core.database.close();
      if (root === undefined) fs.rmSync(folder, { recursive: true });
    },
  };
}

function insertRun({ database }: Core): RunId {
  const [project, experiment, run] = [newId<string>(), newId<string>(), newId<RunId>()];
  database.prepare('INSERT INTO projects (id, name, created_at) VALUES (?, ?, 0)').run(project, project);
  database
    .prepare('INSERT INTO experiments (id, project_id, name, created_at) VALUES (?, ?, ?, 0)')
    .run(experiment, project, 'e');
  database
    .prepare(
      `INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, environment, created_at)
       VALUES (?, ?, ?, 'r', 1, 'queued', 'mlp', 'native', '{}', '{}', 0)`,
    )
    .run(run, project, experiment);
  return run;
}

/** A source of numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
