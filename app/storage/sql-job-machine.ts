import { type ErrorCode, errorTable } from '../contract/errors.ts';
import type { JobId, RunId } from '../contract/ids.ts';
import { type Failure, type Job, type JobKind, terminalStates } from '../contract/jobs.contract.ts';
import type { Progress } from '../contract/wire.ts';
import { AppError, isAbort } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventLog } from '../kernel/event-log.ts';
import type { AdoptedJob, JobMachine } from '../kernel/job-machine.ts';
import { Live } from '../kernel/live.ts';
import type { Logger } from '../kernel/logger.ts';
import { newId } from '../kernel/new-id.ts';
import type { Database, SqlRow } from '../kernel/ports/database.ts';

export const noProgress: Progress = { fraction: null, message: '', rate: null, remainingMs: null };

interface Driven {
  job: Job;
  readonly cancel: () => void;
}

type Change = Partial<Pick<Job, 'state' | 'failure' | 'result'>> & { readonly progress?: Partial<Progress> };

/** Work that a person follows by its own events (a run's) is not written into the audit log a second time. */
const quietKinds: ReadonlySet<JobKind> = new Set<JobKind>(['run']);

/**
 * Jobs in SQLite. Progress is kept in memory and written only with a change of state: it is told to watchers at once
 * and is of no use after a restart.
 */
export function createJobMachine(
  database: Database,
  clock: Clock,
  events: EventLog,
  log: Logger,
): JobMachine {
  const live = new Live<Job>();
  /** Jobs that this process drives, by id. */
  const driven = new Map<JobId, Driven>();
  const working = new Set<Promise<void>>();

  function insert(what: { kind: JobKind; title: string; runId: RunId | null }, state: Job['state']): Job {
    const now = clock.now();
    const job: Job = {
      id: newId<JobId>(),
      kind: what.kind,
      title: what.title,
      state,
      progress: noProgress,
      runId: what.runId,
      failure: null,
      result: null,
      createdAt: now,
      startedAt: state === 'running' ? now : null,
      endedAt: null,
    };
    database
      .prepare(
        'INSERT INTO jobs (id, kind, title, state, run_id, progress, created_at, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        job.id,
        job.kind,
        job.title,
        job.state,
        job.runId,
        JSON.stringify(job.progress),
        now,
        job.startedAt,
      );
    return job;
  }

  function change(entry: Driven, update: Change): void {
    const before = entry.job;
    if (terminalStates.includes(before.state)) return;
    const state = update.state ?? before.state;
    const now = clock.now();
    const job: Job = {
      ...before,
      ...update,
      state,
      progress: { ...before.progress, ...update.progress },
      startedAt: before.startedAt ?? (state === 'running' ? now : null),
      endedAt: terminalStates.includes(state) ? now : null,
    };
    const settle = () => {
      entry.job = job;
      if (job.endedAt !== null) driven.delete(job.id);
      live.emit(job);
    };
    if (state === before.state) settle();
    else {
      database.transaction(() => {
        // Known only once it is committed: a state that was rolled back can then be written again.
        database.afterCommit(settle);
        database
          .prepare(
            'UPDATE jobs SET state = ?, progress = ?, failure = ?, result = ?, started_at = ?, ended_at = ? WHERE id = ?',
          )
          .run(
            job.state,
            JSON.stringify(job.progress),
            job.failure && JSON.stringify(job.failure),
            JSON.stringify(job.result ?? null),
            job.startedAt,
            job.endedAt,
            job.id,
          );
        if (!quietKinds.has(job.kind))
          events.append(
            `job.${job.state}`,
            { kind: 'job', id: job.id },
            { kind: job.kind, title: job.title },
          );
      });
    }
  }

  function stored(id: JobId): Job {
    const row = database.prepare('SELECT * FROM jobs WHERE id = ?').get(id);
    if (!row) throw new AppError('NOT_FOUND', `There is no job ${id}.`, { details: { id } });
    return toJob(row);
  }

  const current = (id: JobId): Job => driven.get(id)?.job ?? stored(id);

  const machine: JobMachine = {
    start({ kind, title }, work) {
      const abort = new AbortController();
      const entry: Driven = {
        job: database.transaction(() => {
          const job = insert({ kind, title, runId: null }, 'running');
          events.append('job.started', { kind: 'job', id: job.id }, { kind, title });
          return job;
        }),
        cancel: () => abort.abort(),
      };
      const { id } = entry.job;
      driven.set(id, entry);
      // The caller gets the job before its work begins, so that it can watch from the first step.
      const done = Promise.resolve()
        .then(() =>
          work({ id, signal: abort.signal, progress: (update) => change(entry, { progress: update }) }),
        )
        .then(
          (result) => change(entry, { state: 'finished', result, progress: { fraction: 1, remainingMs: 0 } }),
          (error: unknown) => {
            if (
              abort.signal.aborted &&
              (isAbort(error) || (error instanceof AppError && error.code === 'INTERRUPTED'))
            ) {
              change(entry, { state: 'cancelled' });
            } else {
              change(entry, { state: 'failed', failure: toFailure(error, log) });
            }
          },
        )
        .catch((error: unknown) => void log.error('a job could not be ended', error, { id }))
        .finally(() => working.delete(done));
      working.add(done);
      return entry.job;
    },
    adopt({ kind, title, runId, onCancel }): AdoptedJob {
      const known = database
        .prepare('SELECT * FROM jobs WHERE run_id = ? ORDER BY created_at DESC LIMIT 1')
        .get(runId);
      const open = known && !terminalStates.includes(toJob(known).state) ? toJob(known) : undefined;
      const entry: Driven = { job: open ?? insert({ kind, title, runId }, 'queued'), cancel: onCancel };
      driven.set(entry.job.id, entry);
      return {
        get job() {
          return entry.job;
        },
        update: (update) => change(entry, update),
      };
    },
    get: current,
    list({ active, limit }) {
      const where = active ? `WHERE state IN ('queued', 'running')` : '';
      return database
        .prepare(`SELECT id FROM jobs ${where} ORDER BY created_at DESC, id DESC LIMIT ?`)
        .all(limit)
        .map((row) => current(row.id as JobId));
    },
    cancel(id) {
      const job = current(id);
      driven.get(id)?.cancel();
      return driven.get(id)?.job ?? (terminalStates.includes(job.state) ? job : current(id));
    },
    async *watch(id, signal) {
      const first = current(id);
      yield first;
      if (terminalStates.includes(first.state)) return;
      // What happened between the first look and the subscription is caught by looking again.
      const changes = live.iterate(signal, {
        first: [current(id)],
        capacity: 64,
        // Another job's progress must not push out how this one ended.
        merge: (older, newer) => (newer.id === id ? newer : older),
      });
      for await (const job of changes) {
        if (job.id !== id) continue;
        yield job;
        if (terminalStates.includes(job.state)) return;
      }
    },
    async ended(id) {
      const abort = new AbortController();
      for await (const job of machine.watch(id, abort.signal))
        if (terminalStates.includes(job.state)) return job;
      return current(id);
    },
    async close() {
      for (const { job, cancel } of [...driven.values()]) if (job.kind !== 'run') cancel();
      await Promise.allSettled([...working]);
    },
  };

  loseOrphans();
  return machine;

  /** Jobs that were driven by a process that is gone. Runs are looked after by domains/runs. */
  function loseOrphans() {
    database.transaction(() => {
      for (const row of database
        .prepare(`SELECT id, kind, title FROM jobs WHERE state IN ('queued', 'running') AND kind <> 'run'`)
        .all()) {
        database
          .prepare(`UPDATE jobs SET state = 'lost', ended_at = ? WHERE id = ?`)
          .run(clock.now(), row.id!);
        events.append('job.lost', { kind: 'job', id: String(row.id) }, { kind: row.kind, title: row.title });
      }
    });
  }
}

/** An error as a job or a run keeps it. A bug is logged in full and shown with its incident id only. */
export function toFailure(error: unknown, log: Logger): Failure {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      data: { nextStep: error.nextStep, details: error.details },
    };
  }
  const incidentId = log.error('unexpected error in a job', error);
  const bug: ErrorCode = 'BUG';
  return {
    code: bug,
    message: `Lathe made a mistake (incident ${incidentId}).`,
    data: { nextStep: errorTable[bug].nextStep, details: {}, incidentId },
  };
}

function toJob(row: SqlRow): Job {
  const text = (value: SqlRow[string] | undefined) => (typeof value === 'string' ? JSON.parse(value) : null);
  const time = (value: SqlRow[string] | undefined) =>
    value === null || value === undefined ? null : Number(value);
  return {
    id: row.id as JobId,
    kind: row.kind as JobKind,
    title: String(row.title),
    state: row.state as Job['state'],
    progress: text(row.progress) ?? noProgress,
    runId: (row.run_id ?? null) as RunId | null,
    failure: text(row.failure),
    result: text(row.result),
    createdAt: Number(row.created_at),
    startedAt: time(row.started_at),
    endedAt: time(row.ended_at),
  };
}
