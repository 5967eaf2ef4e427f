import fs from 'node:fs';
import path from 'node:path';
import type { ArtifactId, ExperimentId, ProjectId, RunId } from '../../contract/ids.ts';
import { terminalStates } from '../../contract/jobs.contract.ts';
import type {
  Artifact,
  Comparison,
  Experiment,
  MetricPoint,
  Run,
  RunDetail,
  Series,
} from '../../contract/runs.contract.ts';
import { toWireNumber, type WireNumber } from '../../contract/wire.ts';
import type { Executor } from '../../executors/executor.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import { createMetricStore } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Projects } from '../projects/index.ts';
import { compareRuns } from './compare-runs.ts';
import { prepareRunFolder, readLog } from './run-folder.ts';
import { createRunSupervisor } from './run-supervisor.ts';
import { createRunRepository, type RunInsert, type RunQuery, type RunRow } from './runs.repository.ts';

/** What training hands over: everything that is known of a run before it starts. */
export interface NewRun
  extends Pick<
    RunInsert,
    'projectId' | 'template' | 'target' | 'params' | 'tags' | 'inputs' | 'environment' | 'parentRunId'
  > {
  readonly experiment: string;
  /** The wished name; `-2`, `-3` … is added where it is taken. */
  readonly name: string;
  /** Files to lie in the run's folder before it starts, by name, as JSON. */
  readonly files: (run: RunId) => Readonly<Record<string, unknown>>;
}

const COLORS = 12;

export interface Runs {
  list(query: Omit<RunQuery, 'project'> & { readonly project?: string }): { runs: Run[]; total: number };
  experiments(project?: string): Experiment[];
  get(project: string | undefined, idOrName: string): RunDetail;
  detail(id: RunId): RunDetail;
  compare(ids: readonly RunId[]): Comparison;
  series(ids: readonly RunId[], keys: readonly string[] | undefined, maxPoints: number): Series[];
  points(
    id: RunId,
    key: string | undefined,
    limit: number,
    offset: number,
  ): { points: MetricPoint[]; total: number };
  watchMetrics(
    ids: readonly RunId[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ runId: RunId; points: MetricPoint[] }, void, void>;
  logs(
    id: RunId,
    stream: 'stdout' | 'stderr',
    offset: number,
    limit: number,
  ): Promise<{ text: string; offset: number; nextOffset: number; sizeBytes: number }>;
  artifact(id: ArtifactId): Artifact;
  artifactBytes(id: ArtifactId, offset: number, length: number): Promise<Uint8Array>;
  update(
    id: RunId,
    change: { readonly name?: string; readonly tags?: Readonly<Record<string, string | null>> },
  ): Run;
  cancel(id: RunId): Promise<Run>;
  delete(ids: readonly RunId[]): { deleted: RunId[]; freesBytes: number };
  restore(ids: readonly RunId[]): Run[];
  /** Make a run durable and put it in the queue; it starts when a slot is free. */
  create(run: NewRun): Promise<Run>;
  /** Put an ended run with a checkpoint back in the queue, with these files in place of the old ones. */
  requeue(id: RunId, files: Readonly<Record<string, unknown>>): Promise<Run>;
  /** Take up what a former core left. */
  recover(): Promise<void>;
  busy(): boolean;
  close(): Promise<void>;
}

export function createRuns(
  core: Core,
  parts: {
    readonly projects: Projects;
    readonly objects: ObjectStore;
    readonly executors: readonly Executor[];
    readonly slots: () => number;
  },
): Runs {
  const { database, events, clock, folders } = core;
  const repository = createRunRepository(database);
  const metrics = createMetricStore(database);
  const supervisor = createRunSupervisor(core, { ...parts, repository, metrics });

  function rows(ids: readonly RunId[]): RunRow[] {
    const found = repository.byIds(ids);
    const known = new Set(found.map(({ id }) => id));
    const missing = ids.find((id) => !known.has(id));
    if (missing !== undefined) throw notFound(missing);
    return found;
  }

  function toRuns(found: readonly RunRow[]): Run[] {
    const summaries = metrics.summaries(found.map(({ id }) => id));
    return found.map(({ environment: _environment, handle: _handle, deletedAt: _deletedAt, ...run }) => ({
      ...run,
      progress:
        run.jobId && !terminalStates.includes(run.status) ? core.jobs.get(run.jobId).progress : run.progress,
      metrics: Object.fromEntries(
        Object.entries(summaries.get(run.id)!).map(([key, { last }]): [string, WireNumber] => [key, last]),
      ),
      durationMs: run.startedAt === null ? null : (run.endedAt ?? clock.now()) - run.startedAt,
    }));
  }

  const one = (id: RunId): Run => toRuns(rows([id]))[0]!;

  function detail(id: RunId): RunDetail {
    return {
      ...one(id),
      metricSummaries: metrics.summaries([id]).get(id)!,
      environment: rows([id])[0]!.environment,
      artifacts: repository.artifacts(id),
      models: repository.modelsOf(id),
    };
  }

  function artifact(id: ArtifactId) {
    const found = repository.artifact(id);
    if (!found) throw new AppError('NOT_FOUND', `There is no artifact ${id}.`, { details: { id } });
    return found;
  }

  function experimentId(project: ProjectId, name: string): ExperimentId {
    const known = repository.experiment(project, name);
    if (known) return known;
    const id = newId<ExperimentId>(clock.now());
    repository.insertExperiment(id, project, name, clock.now());
    events.append('experiment.created', { kind: 'experiment', id }, { name });
    return id;
  }

  function freeName(project: ProjectId, wished: string): string {
    let name = wished;
    for (let count = 2; repository.nameTaken(project, name); count++) name = `${wished}-${count}`;
    return name;
  }

  /** The least used of the run colours, the first of them where several are. */
  function nextColor(project: ProjectId): number {
    const uses = new Array<number>(COLORS).fill(0);
    for (const color of repository.colorsInUse(project)) uses[color - 1]! += 1;
    return uses.indexOf(Math.min(...uses)) + 1;
  }

  function requireResumable(id: RunId): RunRow {
    const run = rows([id])[0]!;
    const details = { run: id, status: run.status };
    if (run.deletedAt !== null) {
      throw new AppError('CONFLICT', `The run ${run.name} is deleted.`, {
        nextStep: `Restore it first: lathe run restore ${id}`,
        details,
      });
    }
    if (!run.resumable) {
      throw new AppError(
        'CONFLICT',
        `The run ${run.name} is ${run.status} and has no checkpoint to continue from.`,
        { nextStep: 'Run it again instead.', details },
      );
    }
    return run;
  }

  return {
    list({ project, ...query }) {
      const { ids, total } = repository.search({ ...query, project: parts.projects.resolve(project).id });
      return { runs: toRuns(repository.byIds(ids)), total };
    },
    experiments: (project) => repository.experiments(parts.projects.resolve(project).id),
    get(project, idOrName) {
      if (/^[0-9a-f]{32}$/.test(idOrName)) return detail(idOrName as RunId);
      const [first, second] = repository.idsByName(parts.projects.resolve(project).id, idOrName);
      if (!first) throw notFound(idOrName);
      if (second) {
        throw new AppError('INVALID_INPUT', `Several runs are called "${idOrName}".`, {
          nextStep: 'Name the run by its id.',
          details: { run: idOrName },
        });
      }
      return detail(first);
    },
    detail,
    compare: (ids) => compareRuns(ids.map(detail)),
    series(ids, keys, maxPoints) {
      rows(ids);
      return metrics.series(ids, keys, maxPoints);
    },
    points(id, key, limit, offset) {
      rows([id]);
      return metrics.points(id, key, limit, offset);
    },
    async *watchMetrics(ids, signal) {
      rows(ids);
      const wanted = new Set(ids);
      const merge = <T extends { runId: RunId; points: readonly unknown[] }>(older: T, newer: T): T =>
        older.runId === newer.runId
          ? { ...newer, points: [...older.points, ...newer.points] }
          : wanted.has(newer.runId)
            ? newer
            : older;
      for await (const { runId, points } of supervisor.points.iterate(signal, { merge })) {
        if (!wanted.has(runId)) continue;
        yield { runId, points: points.map((point) => ({ ...point, value: toWireNumber(point.value) })) };
      }
    },
    async logs(id, stream, offset, limit) {
      rows([id]);
      return readLog(path.join(folders.run(id), `${stream}.log`), offset, limit);
    },
    artifact,
    artifactBytes: (id, offset, length) => parts.objects.read(artifact(id).digest, offset, length),
    update(id, { name, tags = {} }) {
      rows([id]);
      database.transaction(() => {
        if (name !== undefined) repository.change(id, { name });
        for (const [key, value] of Object.entries(tags)) repository.setTag(id, key, value);
        events.append('run.updated', { kind: 'run', id }, { ...(name !== undefined && { name }), tags });
      });
      return one(id);
    },
    async cancel(id) {
      rows([id]);
      await supervisor.cancel(id);
      return one(id);
    },
    delete(ids) {
      const found = rows(ids);
      const active = found.find(({ status }) => !terminalStates.includes(status));
      if (active) {
        throw new AppError('CONFLICT', `The run ${active.name} is ${active.status}.`, {
          nextStep: `Cancel it first: lathe run cancel ${active.id}`,
          details: { run: active.id, status: active.status },
        });
      }
      return database.transaction(() => {
        let freesBytes = 0;
        for (const { id, name, deletedAt } of found) {
          if (deletedAt !== null) continue;
          freesBytes += repository.artifacts(id).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          repository.change(id, { deletedAt: clock.now() });
          events.append('run.deleted', { kind: 'run', id }, { name });
        }
        return { deleted: [...ids], freesBytes };
      });
    },
    restore(ids) {
      database.transaction(() => {
        for (const { id, name, deletedAt } of rows(ids)) {
          if (deletedAt === null) continue;
          repository.change(id, { deletedAt: null });
          events.append('run.restored', { kind: 'run', id }, { name });
        }
      });
      return toRuns(rows(ids));
    },
    async create({ experiment, files, ...run }) {
      const id = newId<RunId>(clock.now());
      const folder = folders.run(id);
      await prepareRunFolder(folder, files(id));
      try {
        database.transaction(() => {
          const name = freeName(run.projectId, run.name);
          const color = nextColor(run.projectId);
          repository.insert({
            ...run,
            id,
            name,
            color,
            experimentId: experimentId(run.projectId, experiment),
            createdAt: clock.now(),
          });
          const { job } = supervisor.jobFor({ id, name });
          repository.change(id, { jobId: job.id });
          events.append(
            'run.created',
            { kind: 'run', id },
            { name, template: run.template, target: run.target },
          );
        });
      } catch (error) {
        await fs.promises.rm(folder, { recursive: true, force: true });
        throw error;
      }
      await supervisor.schedule();
      return one(id);
    },
    async requeue(id, files) {
      // In turn, so that a second request finds the run queued already and takes nothing from under its process.
      await supervisor.inTurn(async () => {
        const run = requireResumable(id);
        for (const name of ['exit.json', 'process.json', 'cancel'])
          await fs.promises.rm(path.join(folders.run(id), name), { force: true });
        await prepareRunFolder(folders.run(id), files);
        database.transaction(() => {
          // It may have been deleted meanwhile.
          requireResumable(id);
          repository.change(id, { status: 'queued', failure: null, handle: null, endedAt: null });
          const { job } = supervisor.jobFor(run);
          repository.change(id, { jobId: job.id });
          events.append('run.resumed', { kind: 'run', id }, { name: run.name });
        });
      });
      await supervisor.schedule();
      return one(id);
    },
    recover: () => supervisor.recover(),
    busy: () => supervisor.busy(),
    close: () => supervisor.close(),
  };
}

function notFound(run: string): AppError {
  return new AppError('NOT_FOUND', `There is no run "${run}".`, {
    nextStep: 'Run `lathe run list` to see the runs.',
    details: { run },
  });
}
