import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atOnce, unlimited } from '../../app/contract/execution.ts';
import type { ExperimentId, RunId } from '../../app/contract/ids.ts';
import { createProjects } from '../../app/domains/projects/index.ts';
import { createRunRepository } from '../../app/domains/runs/runs.repository.ts';
import { newId } from '../../app/kernel/new-id.ts';
import { createMetricStore } from '../../app/storage/metric-store.ts';
import { createObjectStore } from '../../app/storage/object-store.ts';
import { createHashing } from '../../native/hashing/blake3.ts';
import { testCore } from '../support/test-core.ts';

/** A real core in a temporary folder with what keeps runs, and nothing that watches them. */
export function openRunCore() {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-core-'));
  const core = testCore(root);
  const repository = createRunRepository(core.database);
  const projectId = createProjects(core).resolve().id;
  const experimentId = newId<ExperimentId>();
  repository.insertExperiment(experimentId, projectId, 'bench', core.clock.now());
  return {
    core,
    repository,
    metrics: createMetricStore(core.database),
    objects: createObjectStore(core.folders, createHashing()),
    /** A run's row and its folder with a place for journals. */
    addRun(): RunId {
      const id = newId<RunId>();
      const nothing = { params: {}, tags: {}, inputs: [], environment: {}, checks: [] };
      const alone = { parentRunId: null, reproducesRunId: null, preflight: false, recipe: null, code: null };
      const about = {
        name: 'bench',
        color: 0,
        template: 'bench',
        target: 'process',
        createdAt: core.clock.now(),
      };
      repository.insert({
        ...{ id, projectId, experimentId, ...about, ...nothing, ...alone },
        ...{ resources: unlimited, scheduling: atOnce },
      });
      fs.mkdirSync(path.join(core.folders.run(id), 'journal'), { recursive: true });
      return id;
    },
    close() {
      core.database.close();
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}

export type RunCore = ReturnType<typeof openRunCore>;
