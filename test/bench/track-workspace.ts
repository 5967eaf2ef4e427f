import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { atOnce, unlimited } from '../../app/contract/execution.ts';
import type { ExperimentId, RunId } from '../../app/contract/ids.ts';
import { createProjects } from '../../app/domains/projects/index.ts';
import { createRunRepository } from '../../app/domains/runs/runs.repository.ts';
import { openWorkspace } from '../../app/host/open-workspace.ts';
import { latheVersion } from '../../app/host/version.ts';
import { newId } from '../../app/kernel/new-id.ts';
import { createMetricStore } from '../../app/storage/metric-store.ts';

/** Ended runs with one value of each metric; track-populate.py makes the same in MLflow's tables. */
export interface Size {
  readonly runs: number;
  readonly metrics: number;
  readonly params: number;
}

const BASE_MS = 1_750_000_000_000;

/** A workspace with an experiment `many` of this size, which no host has open. The caller removes the folder. */
export async function populatedWorkspace({ runs, metrics, params }: Size): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-track-'));
  const opened = await openWorkspace(folder, latheVersion);
  try {
    const { core } = opened;
    const repository = createRunRepository(core.database);
    const store = createMetricStore(core.database);
    const projectId = createProjects(core).resolve().id;
    const experimentId = newId<ExperimentId>();
    repository.insertExperiment(experimentId, projectId, 'many', BASE_MS);
    const nothing = { tags: {}, inputs: [], environment: {}, checks: [], recipe: null, code: null };
    const alone = { parentRunId: null, reproducesRunId: null, preflight: false };
    core.database.transaction(() => {
      for (let index = 0; index < runs; index += 1) {
        const id = newId<RunId>();
        const startedAt = BASE_MS + index * 1000;
        repository.insert({
          ...{ ...nothing, ...alone, id, projectId, experimentId, name: `run-${index}` },
          ...{ color: (index % 12) + 1, template: 'bench', target: 'external', createdAt: startedAt },
          ...{ resources: unlimited, scheduling: atOnce },
          // MLflow knows only texts.
          params: Object.fromEntries(
            Array.from({ length: params }, (_, key) => [`param_${key}`, String((index * 7 + key * 3) % 10)]),
          ),
        });
        repository.change(id, { status: 'finished', startedAt, endedAt: startedAt + 500 });
        store.append(
          id,
          Array.from({ length: metrics }, (_, key) => ({
            key: `metric_${key}`,
            step: 0,
            timeMs: startedAt,
            value: ((index * 37 + key * 101) % 1000) / 1000,
          })),
        );
      }
    });
  } finally {
    await opened.close();
  }
  return folder;
}

/** A folder with the database of MLflow's server, of the same content; the server that is started on it removes it. */
export async function populatedMlflow(python: string, { runs, metrics, params }: Size): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-track-mlflow-'));
  const script = path.join(import.meta.dirname, 'track-populate.py');
  const size = [runs, metrics, params].map(String);
  await promisify(execFile)(python, [script, path.join(folder, 'mlflow.db'), ...size], {
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' },
  });
  return folder;
}
