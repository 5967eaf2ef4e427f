import { atOnce, unlimited } from '../../../contract/execution.ts';
import { type RunId, runId as runIdSchema } from '../../../contract/ids.ts';
import { type JobState, terminalStates } from '../../../contract/jobs.contract.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import {
  type KeyValue,
  RUN_NAME_TAG,
  type TrackedPoint,
  type Tracking,
} from '../../../kernel/ports/tracking.ts';
import type { MetricStore, RecordedPoint } from '../../../storage/metric-store.ts';
import { refusePurged } from '../keeping/refuse-purged.ts';
import { EXTERNAL, type RunRepository } from '../runs.repository.ts';
import type { createExperimentTracking } from './experiment-tracking.ts';
import { paramText, readRuns, readState, toNumber } from './read-runs.ts';
import { addDatasets } from './run-datasets.ts';
import { createRunHistory } from './run-history.ts';
import { searchRuns } from './run-search.ts';

const PARENT_TAG = 'mlflow.parentRunId';
const SOURCE_TAG = 'mlflow.source.name';

export interface RunTrackingParts {
  readonly repository: RunRepository;
  readonly metrics: MetricStore;
  readonly experiments: ReturnType<typeof createExperimentTracking>;
  /** The least used of the run colours of a project. */
  readonly nextColor: (run: RunId) => number;
  /** Told what was stored, after it is on the disk. */
  readonly onPoints: (run: RunId, points: readonly RecordedPoint[]) => void;
}

/** Runs that a program elsewhere drives; it may read and tag those that Lathe runs as well. */
export function createRunTracking(core: Core, parts: RunTrackingParts): Tracking['runs'] {
  const { database, clock, events } = core;
  const { repository, metrics, experiments } = parts;

  const history = createRunHistory(database, metrics);

  const idsOf = (numbers: readonly string[]) => numbers.flatMap((number) => experiments.idOf(number) ?? []);

  function setTags(id: RunId, tags: readonly KeyValue[]): void {
    for (const { key, value } of tags) {
      if (key === RUN_NAME_TAG) repository.change(id, { name: value });
      else repository.setTag(id, key, value);
    }
  }

  /**
   * Points but those that are the latest of their metric already: clients repeat a request whose answer was lost.
   */
  function withoutLatest(id: RunId, points: readonly TrackedPoint[]): readonly TrackedPoint[] {
    if (points.length === 0) return points;
    const keys = JSON.stringify([...new Set(points.map(({ key }) => key))]);
    const latest = new Map(
      database
        .prepare(
          `SELECT key, last_step, last_time, last_greatest FROM metric_keys
           WHERE run_id = ? AND key IN (SELECT value FROM json_each(?))`,
        )
        .all(id, keys)
        .map((row) => [String(row.key), row]),
    );
    return points.filter(({ key, step, timeMs, value }) => {
      const known = latest.get(key);
      return (
        known === undefined ||
        known.last_step !== step ||
        known.last_time !== timeMs ||
        !Object.is(toNumber(known.last_greatest), value)
      );
    });
  }

  return {
    state: (id) => readState(database, id),
    get: (id) => readRuns(database, [id as RunId])[0] ?? null,
    create({ experimentId, name, userId, startedAt, tags }) {
      const id = newId<RunId>(clock.now());
      const experiment = experiments.idOf(experimentId)!;
      const project = database.prepare('SELECT project_id FROM experiments WHERE id = ?').get(experiment)!;
      const tag = (key: string) => tags.find((each) => each.key === key)?.value;
      const parent = runIdSchema.safeParse(tag(PARENT_TAG));
      const template = tag(SOURCE_TAG)?.split(/[\\/]/).at(-1) || 'mlflow';
      repository.insert({
        id,
        projectId: project.project_id as Parameters<RunRepository['insert']>[0]['projectId'],
        experimentId: experiment,
        name,
        color: 1,
        template,
        target: EXTERNAL,
        params: {},
        tags: {},
        inputs: [],
        environment: {},
        parentRunId: parent.success ? parent.data : null,
        reproducesRunId: null,
        preflight: false,
        recipe: null,
        code: null,
        resources: unlimited,
        scheduling: atOnce,
        checks: [],
        createdAt: clock.now(),
      });
      repository.change(id, {
        status: 'running',
        startedAt,
        progress: { fraction: null, message: 'logs over the network', rate: null, remainingMs: null },
      });
      database
        .prepare('UPDATE runs SET user_id = ?, color = ? WHERE id = ?')
        .run(userId, parts.nextColor(id), id);
      setTags(id, tags);
      events.append('run.created', { kind: 'run', id }, { name, template, target: EXTERNAL });
      return readRuns(database, [id])[0]!;
    },
    update(id, { status, endedAt, name }) {
      const before = readState(database, id)!;
      repository.change(id, {
        ...(status !== undefined && { status }),
        ...(endedAt !== undefined && { endedAt }),
        ...(name !== undefined && { name }),
      });
      const told = status !== undefined && status !== before.status ? kindOf(status) : 'run.updated';
      events.append(told, { kind: 'run', id }, { name: name ?? before.name });
      return readState(database, id)!;
    },
    setDeleted(id, deleted) {
      if (!deleted) refusePurged(database, id);
      repository.change(id, { deletedAt: deleted ? clock.now() : null });
      events.append(deleted ? 'run.deleted' : 'run.restored', { kind: 'run', id }, {});
    },
    params(id, keys) {
      const rows = database
        .prepare(
          'SELECT key, value FROM run_params WHERE run_id = ? AND key IN (SELECT value FROM json_each(?))',
        )
        .all(id, JSON.stringify(keys));
      return new Map(rows.map(({ key, value }) => [String(key), paramText(value)]));
    },
    tag: (id, key) =>
      (database.prepare('SELECT value FROM run_tags WHERE run_id = ? AND key = ?').get(id, key)?.value ??
        null) as string | null,
    log(id, { points, params, tags }) {
      for (const { key, value } of params) repository.setParam(id, key, value);
      setTags(id, tags);
      if (params.length + tags.length > 0)
        events.append('run.updated', { kind: 'run', id }, changed(params, tags));
      const fresh = withoutLatest(id, points);
      if (fresh.length === 0) return;
      metrics.append(id, fresh);
      database.afterCommit(() => parts.onPoints(id, fresh));
    },
    has(id, { key, step, timeMs, value }) {
      const latest = database
        .prepare('SELECT last_step, last_time FROM metric_keys WHERE run_id = ? AND key = ?')
        .get(id, key);
      if (!latest || step > Number(latest.last_step)) return false;
      if (step === latest.last_step && timeMs > Number(latest.last_time)) return false;
      const { length, steps, timesMs, values } = history(id, key, 'step');
      let from = 0;
      for (let to = length; from < to; ) {
        const middle = (from + to) >>> 1;
        if (steps[middle]! < step) from = middle + 1;
        else to = middle;
      }
      for (let index = from; index < length && steps[index] === step; index++)
        if (timesMs[index] === timeMs && Object.is(values[index], value)) return true;
      return false;
    },
    removeTag(id, key) {
      const there = readRuns(database, [id])[0]!.tags.some((tag) => tag.key === key);
      repository.setTag(id, key, null);
      if (there) events.append('run.updated', { kind: 'run', id }, { tags: { [key]: null } });
      return there;
    },
    addDatasets(id, datasets) {
      addDatasets(core, id, datasets);
      events.append('run.updated', { kind: 'run', id }, { datasets: datasets.map(({ name }) => name) });
    },
    addModels(id, direction, models) {
      for (const { modelId, step } of models) {
        database
          .prepare(
            `INSERT INTO run_model_links (run_id, direction, model_id, step) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING`,
          )
          .run(id, direction, modelId, step);
      }
    },
    search(experimentIds, view, search) {
      const ids = searchRuns(database, idsOf(experimentIds), view, { ...search, limit: search.limit + 1 });
      return { items: readRuns(database, ids.slice(0, search.limit)), more: ids.length > search.limit };
    },
    history: (id, key, order) => history(id as RunId, key, order),
    datasets: (experimentIds) =>
      database
        .prepare(
          `SELECT DISTINCT e.number, d.name, d.digest, t.value ->> 'value' AS context
           FROM client_datasets d JOIN experiments e ON e.id = d.experiment_id JOIN run_client_datasets l ON l.dataset_id = d.id
           LEFT JOIN json_each(l.tags) t ON t.value ->> 'key' = 'mlflow.data.context'
           WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY e.number, d.name, d.digest LIMIT 1000`,
        )
        .all(JSON.stringify(idsOf(experimentIds)))
        .map((row) => ({
          experimentId: String(row.number),
          name: String(row.name),
          digest: String(row.digest),
          context: row.context as string | null,
        })),
  };
}

/** What the audit log says of a run whose client told a new state. */
function kindOf(status: JobState): string {
  return terminalStates.includes(status) ? `run.${status}` : 'run.updated';
}

const changed = (params: readonly KeyValue[], tags: readonly KeyValue[]) => ({
  params: params.map(({ key }) => key),
  tags: Object.fromEntries(tags.map(({ key, value }) => [key, value.slice(0, 200)])),
});
