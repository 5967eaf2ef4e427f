import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Reproduction, Scheduling } from '../../contract/execution.ts';
import type { ArtifactId, ExperimentId, ProjectId, RunId } from '../../contract/ids.ts';
import { terminalStates } from '../../contract/jobs.contract.ts';
import type {
  Artifact,
  Comparison,
  Experiment,
  FoundInLogs,
  MetricPoint,
  Run,
  RunDetail,
  RunFilterCandidates,
  Series,
} from '../../contract/runs.contract.ts';
import { toWireNumber } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Telemetry } from '../../kernel/ports/telemetry.ts';
import type { Tracking } from '../../kernel/ports/tracking.ts';
import { createMetricStore, type MetricDamage, type MetricRange } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { createUploads, type Datasets } from '../datasets/index.ts';
import type { Projects } from '../projects/index.ts';
import { codeOf, type RunCode } from './code/code-of.ts';
import { compareRuns } from './compare-runs.ts';
import { createQueue } from './queue.ts';
import { clearEnd, markResumed, prepareRunFolder, readLog } from './run-folder.ts';
import { importRunFolder } from './run-import.ts';
import { prepareRun } from './run-prepare.ts';
import { reproductionOf } from './run-reproduction.ts';
import { createRunSupervisor } from './run-supervisor.ts';
import type { RunTarget } from './run-target.ts';
import { type EnergyPrice, toDetail, toRuns as viewRuns } from './run-view.ts';
import { createRunRepository, EXTERNAL, type RunInsert, type RunRow } from './runs.repository.ts';
import { filterKeys, filterValues } from './search/filter-help.ts';
import { createRunSearch, type RunPage, type RunSelection } from './search/run-search.ts';
import { type LogQuery, searchLogs } from './search/search-logs.ts';
import { createRunTelemetry } from './telemetry/run-telemetry.ts';
import { loggedModelArtifact } from './tracking/client-files.ts';
import { type ModelFolder, modelFolder } from './tracking/model-folder.ts';
import { createTracking } from './tracking/tracking.ts';
import type { RunIntake } from './transfer/run-intake.ts';

/** What training hands over: everything that is known of a run before it starts. */
export interface NewRun
  extends Pick<
    RunInsert,
    | 'projectId'
    | 'template'
    | 'target'
    | 'params'
    | 'tags'
    | 'inputs'
    | 'environment'
    | 'parentRunId'
    | 'reproducesRunId'
    | 'preflight'
    | 'recipe'
    | 'code'
    | 'resources'
    | 'scheduling'
  > {
  readonly experiment: string;
  /** The wished name; `-2`, `-3` … is added where it is taken. */
  readonly name: string;
  /** Files to lie in the run's folder before it starts, by name, as JSON. */
  readonly files: (run: { readonly id: RunId; readonly name: string }) => Readonly<Record<string, unknown>>;
}

const COLORS = 12;

export interface RunParts {
  readonly projects: Projects;
  readonly datasets: Pick<Datasets, 'versionById' | 'checkout' | 'checkoutPath'>;
  readonly objects: ObjectStore;
  /** @throws AppError NOT_FOUND */
  readonly target: (name: string) => RunTarget;
  readonly telemetry: Telemetry;
  readonly slots: () => number;
  readonly energyPrice: () => EnergyPrice;
}

export interface Runs {
  list(query: Omit<RunSelection, 'project'> & RunPage & { readonly project?: string }): {
    runs: Run[];
    total: number;
  };
  filterHelp(project: string | undefined, field: string | undefined): RunFilterCandidates;
  searchLogs(
    query: LogQuery &
      Pick<RunSelection, 'filter'> & { readonly project?: string; readonly runs?: readonly RunId[] },
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FoundInLogs, void, void>;
  experiments(project?: string): Experiment[];
  get(project: string | undefined, idOrName: string): RunDetail;
  detail(id: RunId): RunDetail;
  compare(ids: readonly RunId[]): Comparison;
  series(
    ids: readonly RunId[],
    keys: readonly string[] | undefined,
    maxPoints: number,
    range?: MetricRange,
  ): Series[];
  points(
    id: RunId,
    key: string | undefined,
    limit: number,
    offset: number,
  ): { points: MetricPoint[]; total: number; damaged: MetricDamage[] };
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
  queue(): { paused: boolean; runs: Run[] };
  pauseQueue(paused: boolean): Promise<{ paused: boolean }>;
  /** @throws AppError CONFLICT if the run is not queued */
  reschedule(id: RunId, change: Partial<Scheduling>): Promise<Run>;
  /** @throws AppError CONFLICT if the run reproduces nothing */
  reproduction(id: RunId): Reproduction;
  code(id: RunId, file: string | undefined): Promise<RunCode>;
  import(project: string | undefined, folder: string): Promise<Run>;
  /** For domains/runs/transfer, which takes in runs from other tools' files. */
  readonly intake: RunIntake;
  /** For programs that log over the network. */
  readonly tracking: Tracking;
  /** What the folder of a model holds that such a program uploaded; null where there is none. */
  modelFolder(location: string): ModelFolder | null;
  /** Runs that are queued or running, by target. */
  activeByTarget(): Record<string, number>;
  /** Take up what a former core left. */
  recover(): Promise<void>;
  busy(): boolean;
  close(): Promise<void>;
}

export function createRuns(core: Core, parts: RunParts): Runs {
  const { database, events, clock, folders } = core;
  const repository = createRunRepository(database);
  const metrics = createMetricStore(database);
  const queue = createQueue(database);
  const search = createRunSearch({ database, clock });
  /** Names of runs that are being made and have no row yet. */
  const reserved = new Set<string>();
  const telemetry = createRunTelemetry({
    telemetry: parts.telemetry,
    clock,
    log: core.log,
    record(runId, points) {
      database.transaction(() => metrics.append(runId, points));
      supervisor.points.emit({ runId, points });
    },
    energy: (run, wattHours, sampledMs) => repository.addEnergy(run, wattHours, sampledMs),
  });
  const supervisor = createRunSupervisor(core, {
    ...parts,
    repository,
    metrics,
    telemetry,
    paused: queue.paused,
    prepare: (run, context) => prepareRun(core, parts, run, context),
    async capacity(gpusWanted) {
      const gpus = gpusWanted ? await parts.telemetry.gpus().catch((error: unknown) => messageOf(error)) : [];
      return {
        slots: parts.slots(),
        memoryBytes: os.totalmem(),
        gpus: typeof gpus === 'string' ? gpus : gpus.map(({ id, index, vendor }) => ({ id, index, vendor })),
      };
    },
  });

  function rows(ids: readonly RunId[]): RunRow[] {
    const found = repository.byIds(ids);
    const known = new Set(found.map(({ id }) => id));
    const missing = ids.find((id) => !known.has(id));
    if (missing !== undefined) throw notFound(missing);
    return found;
  }

  const toRuns = (found: readonly RunRow[]): Run[] =>
    viewRuns(found, {
      core,
      metrics,
      waitingFor: supervisor.waitingFor,
      energyPrice: parts.energyPrice(),
    });

  const one = (id: RunId): Run => toRuns(rows([id]))[0]!;

  const detail = (id: RunId): RunDetail =>
    toDetail(one(id), rows([id])[0]!, { database, metrics, repository });

  function artifact(id: ArtifactId) {
    const found = repository.artifact(id) ?? loggedModelArtifact(database, id);
    if (!found) throw new AppError('NOT_FOUND', `There is no artifact ${id}.`, { details: { id } });
    return found;
  }

  function experimentId(project: ProjectId, name: string): ExperimentId {
    const known = repository.experiment(project, name);
    if (known) {
      repository.reviveExperiment(known);
      return known;
    }
    const id = newId<ExperimentId>(clock.now());
    repository.insertExperiment(id, project, name, clock.now());
    events.append('experiment.created', { kind: 'experiment', id }, { name });
    return id;
  }

  function freeName(project: ProjectId, wished: string): string {
    let name = wished;
    for (let count = 2; repository.nameTaken(project, name) || reserved.has(name); count++)
      name = `${wished}-${count}`;
    return name;
  }

  /** The least used of the run colours, the first of them where several are. */
  function nextColor(project: ProjectId): number {
    const uses = new Array<number>(COLORS).fill(0);
    for (const color of repository.colorsInUse(project)) uses[color - 1]! += 1;
    return uses.indexOf(Math.min(...uses)) + 1;
  }

  const tracking = createTracking(core, {
    ...parts,
    repository,
    metrics,
    spool: createUploads(core),
    nextColor: (run) => nextColor(rows([run])[0]!.projectId),
    onPoints: (runId, points) => supervisor.points.emit({ runId, points }),
  });

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
      const { ids, total } = search.page({ ...query, project: parts.projects.resolve(project).id }, query);
      return { runs: toRuns(repository.byIds(ids)), total };
    },
    filterHelp(project, field) {
      const { id } = parts.projects.resolve(project);
      if (field === undefined) return { keys: filterKeys(database, id), values: {} };
      return { keys: [], values: { [field]: filterValues(database, id, field) } };
    },
    searchLogs({ project, filter, runs: chosen, ...query }, signal) {
      const selection = {
        project: parts.projects.resolve(project).id,
        ...(filter !== undefined && { filter }),
      };
      return searchLogs(folders, search.named(selection, chosen), query, signal);
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
    series(ids, keys, maxPoints, range) {
      rows(ids);
      return metrics.series(ids, keys, maxPoints, range);
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
      const run = rows([id])[0]!;
      if (run.target !== EXTERNAL) await supervisor.cancel(id);
      // Its program cannot be reached: it is only shown as ended, and what it still logs is kept.
      else if (!terminalStates.includes(run.status))
        database.transaction(() => tracking.runs.update(id, { status: 'cancelled', endedAt: clock.now() }));
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
      const name = freeName(run.projectId, run.name);
      reserved.add(name);
      try {
        await prepareRunFolder(folder, files({ id, name }));
        database.transaction(() => {
          repository.insert({
            ...run,
            id,
            name,
            color: nextColor(run.projectId),
            experimentId: experimentId(run.projectId, experiment),
            checks: (run.recipe?.checks ?? []).map((expression) => ({
              expression,
              value: null,
              passed: null,
            })),
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
      } finally {
        reserved.delete(name);
      }
      await supervisor.schedule(id);
      return one(id);
    },
    async requeue(id, files) {
      // In turn, so that a second request finds the run queued already and takes nothing from under its process.
      await supervisor.inTurn(async () => {
        const run = requireResumable(id);
        await clearEnd(folders.run(id));
        await prepareRunFolder(folders.run(id), files);
        await markResumed(folders.run(id));
        database.transaction(() => {
          // It may have been deleted meanwhile.
          requireResumable(id);
          repository.change(id, {
            status: 'queued',
            failure: null,
            handle: null,
            gpus: [],
            endedAt: null,
            notBefore: null,
          });
          const { job } = supervisor.jobFor(run);
          repository.change(id, { jobId: job.id });
          events.append('run.resumed', { kind: 'run', id }, { name: run.name });
        });
      });
      await supervisor.schedule(id);
      return one(id);
    },
    queue: () => ({
      paused: queue.paused(),
      runs: toRuns(repository.byIds([...repository.idsByStatus('running'), ...repository.queuedIds()])),
    }),
    async pauseQueue(paused) {
      database.transaction(() => {
        if (paused === queue.paused()) return;
        queue.pause(paused);
        events.append(paused ? 'queue.paused' : 'queue.resumed', { kind: 'workspace', id: 'queue' }, {});
      });
      await supervisor.schedule();
      return { paused };
    },
    async reschedule(id, change) {
      const unknown = change.after?.find((other) => repository.statusOf(other) === null || other === id);
      if (unknown !== undefined) throw notFound(unknown);
      await supervisor.inTurn(async () => {
        database.transaction(() => {
          const run = rows([id])[0]!;
          if (run.status !== 'queued') {
            throw new AppError(
              'CONFLICT',
              `The run ${run.name} is ${run.status}; only a queued run can be rescheduled.`,
              {
                details: { run: id, status: run.status },
              },
            );
          }
          repository.change(id, change);
          events.append('run.rescheduled', { kind: 'run', id }, { name: run.name, ...change });
        });
      });
      await supervisor.schedule(id);
      return one(id);
    },
    reproduction: (id) => reproductionOf(rows([id])[0]!, rows, metrics),
    code: (id, file) => codeOf(parts.objects, rows([id])[0]!, file),
    async import(project, folder) {
      const projectId = parts.projects.resolve(project).id;
      const id = await importRunFolder(core, { ...parts, repository, metrics }, folder, (imported) => {
        repository.insert({
          ...imported,
          projectId,
          name: freeName(projectId, imported.name),
          color: nextColor(projectId),
          experimentId: experimentId(projectId, imported.experiment),
        });
        events.append('run.imported', { kind: 'run', id: imported.id }, { name: imported.name });
      });
      return one(id);
    },
    intake: {
      repository,
      metrics,
      objects: parts.objects,
      experimentId,
      freeName,
      nextColor,
      recorded: (runId, points) => supervisor.points.emit({ runId, points }),
    },
    tracking,
    modelFolder: (location) => modelFolder({ database, objects: parts.objects }, location),
    activeByTarget: () => repository.activeByTarget(),
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

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
