import type { ExperimentId, ProjectId, RunId } from '../../app/contract/ids.ts';
import type { JobState } from '../../app/contract/jobs.contract.ts';
import { newId } from '../../app/kernel/new-id.ts';
import type { Database } from '../../app/kernel/ports/database.ts';

/** A run as search tests describe it; what is left out is empty. */
export interface SearchedRun {
  readonly name: string;
  readonly experiment?: string;
  readonly template?: string;
  readonly target?: string;
  readonly user?: string;
  readonly status?: JobState;
  readonly createdAt?: number;
  readonly startedAt?: number | null;
  readonly endedAt?: number | null;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly params?: Readonly<Record<string, string | number | boolean>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly data?: readonly { readonly name: string; readonly version: number }[];
  readonly models?: readonly { readonly name: string; readonly version: number }[];
  readonly commit?: string | null;
  readonly parent?: RunId | null;
}

/** Puts runs into a database as rows, so that thousands take no time. */
export function searchedRuns(database: Database) {
  const project = newId<ProjectId>();
  database
    .prepare('INSERT INTO projects (id, name, created_at) VALUES (?, ?, 0)')
    .run(project, `p-${project}`);
  const experiments = new Map<string, ExperimentId>();
  const models = new Map<string, string>();
  let count = 0;

  function experimentId(name: string): ExperimentId {
    const known = experiments.get(name);
    if (known) return known;
    const id = newId<ExperimentId>();
    database
      .prepare(
        'INSERT INTO experiments (id, project_id, name, created_at, number) VALUES (?, ?, ?, 0, (SELECT COALESCE(MAX(number), 0) + 1 FROM experiments))',
      )
      .run(id, project, name);
    experiments.set(name, id);
    return id;
  }

  function modelId(name: string): string {
    const known = models.get(name);
    if (known) return known;
    const id = newId<string>();
    database
      .prepare('INSERT INTO models (id, project_id, name, created_at, updated_at) VALUES (?, ?, ?, 0, 0)')
      .run(id, project, name);
    models.set(name, id);
    return id;
  }

  return {
    project,
    /** The id tells the order of adding: a run without a time was made a millisecond after the one before it. */
    add(run: SearchedRun): RunId {
      count += 1;
      const createdAt = run.createdAt ?? count;
      const id = newId<RunId>(createdAt);
      database
        .prepare(
          `INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, environment, user_id, code,
             parent_run_id, created_at, started_at, ended_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          project,
          experimentId(run.experiment ?? 'Default'),
          run.name,
          run.status ?? 'finished',
          run.template ?? 'mlp',
          run.target ?? 'native',
          JSON.stringify({ fraction: null, message: '', rate: null, remainingMs: null }),
          run.user ?? '',
          run.commit == null ? null : JSON.stringify({ git: { commit: run.commit, branch: 'main' } }),
          run.parent ?? null,
          createdAt,
          run.startedAt ?? null,
          run.endedAt ?? null,
        );
      for (const [key, value] of Object.entries(run.params ?? {}))
        database.prepare('INSERT INTO run_params VALUES (?, ?, ?)').run(id, key, JSON.stringify(value));
      for (const [key, value] of Object.entries(run.tags ?? {}))
        database.prepare('INSERT INTO run_tags VALUES (?, ?, ?)').run(id, key, value);
      for (const [key, value] of Object.entries(run.metrics ?? {}))
        database
          .prepare(
            'INSERT INTO metric_keys (run_id, key, points, last_value, last_greatest) VALUES (?, ?, 1, ?, ?)',
          )
          .run(id, key, Number.isNaN(value) ? null : value, Number.isNaN(value) ? null : value);
      for (const [index, { name, version }] of (run.data ?? []).entries())
        database
          .prepare(
            'INSERT INTO run_inputs (run_id, name, dataset_version_id, dataset_name, version, digest) VALUES (?, ?, ?, ?, ?, ?)',
          )
          .run(id, `data-${index}`, newId<string>(), name, version, 'd'.repeat(64));
      for (const { name, version } of run.models ?? [])
        database
          .prepare(
            `INSERT INTO model_versions (id, model_id, version, digest, size_bytes, signature, run_id, metrics, description, metadata, created_at)
             VALUES (?, ?, ?, 'd', 1, '{}', ?, '{}', '', '{}', 0)`,
          )
          .run(newId<string>(), modelId(name), version, id);
      return id;
    },
  };
}
