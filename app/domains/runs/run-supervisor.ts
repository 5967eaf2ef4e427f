import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../../contract/ids.ts';
import type { Failure } from '../../contract/jobs.contract.ts';
import type { Executor } from '../../executors/executor.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { AdoptedJob } from '../../kernel/job-machine.ts';
import { Live } from '../../kernel/live.ts';
import { type ExitSentinel, exitSentinel } from '../../kernel/ports/run-journal.ts';
import type { MetricStore, RecordedPoint } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { toFailure } from '../../storage/sql-job-machine.ts';
import { ingestJournals } from './run-ingest.ts';
import type { RunRepository, RunRow } from './runs.repository.ts';

/** How often a running run's folder is looked at; its process has no other way to reach the core. */
const LOOK_MS = 250;
/** How long a run is given to stop when asked before it is ended by force. */
const GRACE_MS = 10_000;

interface Watched {
  readonly job: AdoptedJob;
  handle: NonNullable<RunRow['handle']>;
  /** Seen gone without a sentinel once; the second time it is lost. */
  goneOnce: boolean;
  cancelledAt: number | null;
}

export interface RunSupervisor {
  /** New points of any run, after they are stored. */
  readonly points: Live<{ readonly runId: RunId; readonly points: readonly RecordedPoint[] }>;
  /** Find every run that a former core left, and go on with it. */
  recover(): Promise<void>;
  /** Start queued runs as far as there are slots. */
  schedule(): Promise<void>;
  cancel(run: RunId): Promise<void>;
  /** Whether anything is queued or running. */
  busy(): boolean;
  /** Do something while no look, start or cancellation is in progress. */
  inTurn<T>(action: () => Promise<T>): Promise<T>;
  /** The job that follows a run, found again or made; what cancels it cancels the run. */
  jobFor(run: Pick<RunRow, 'id' | 'name'>): AdoptedJob;
  /** Stop watching; the runs themselves go on. */
  close(): Promise<void>;
}

export function createRunSupervisor(
  core: Core,
  parts: {
    readonly repository: RunRepository;
    readonly metrics: MetricStore;
    readonly objects: ObjectStore;
    readonly executors: readonly Executor[];
    readonly slots: () => number;
  },
): RunSupervisor {
  const { database, events, clock, log, folders } = core;
  const { repository } = parts;
  const watched = new Map<RunId, Watched>();
  /** Runs of which is not known whether they run already; the next start of the core asks again. */
  const unsure = new Set<RunId>();
  const points = new Live<{ runId: RunId; points: readonly RecordedPoint[] }>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  /** One thing at a time: a look, a start and a cancellation never overlap. */
  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action);
    turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  const executorOf = (run: RunRow): Executor => {
    const executor = parts.executors.find(({ target }) => target === run.target);
    if (!executor)
      throw new AppError('NOT_FOUND', `There is no target "${run.target}".`, {
        details: { target: run.target },
      });
    return executor;
  };

  const jobFor = (run: Pick<RunRow, 'id' | 'name'>): AdoptedJob =>
    core.jobs.adopt({
      kind: 'run',
      title: run.name,
      runId: run.id,
      onCancel: () => void cancel(run.id).catch((error) => log.error('cancelling failed', error)),
    });

  function begin(run: RunRow, handle: NonNullable<RunRow['handle']>): void {
    const job = jobFor(run);
    database.transaction(() => {
      repository.change(run.id, {
        status: 'running',
        handle,
        startedAt: run.startedAt ?? clock.now(),
        jobId: job.job.id,
      });
      job.update({ state: 'running' });
      if (run.status !== 'running')
        events.append('run.started', { kind: 'run', id: run.id }, { name: run.name, target: run.target });
    });
    watched.set(run.id, { job, handle, goneOnce: false, cancelledAt: null });
    wake();
  }

  function end(
    run: RunRow,
    state: 'finished' | 'failed' | 'cancelled' | 'lost',
    failure: Failure | null,
    endedAt = clock.now(),
  ): void {
    const job = watched.get(run.id)?.job ?? jobFor(run);
    database.transaction(() => {
      const { progress } = job.job;
      repository.change(run.id, {
        status: state,
        failure,
        endedAt,
        progress: state === 'finished' ? { ...progress, fraction: 1, remainingMs: 0 } : progress,
      });
      job.update({ state, failure });
      events.append(
        `run.${state}`,
        { kind: 'run', id: run.id },
        { name: run.name, ...(failure && { code: failure.code, message: failure.message }) },
      );
    });
    watched.delete(run.id);
  }

  async function look(id: RunId, entry: Watched): Promise<void> {
    const run = repository.byIds([id])[0]!;
    const folder = folders.run(id);
    // Asked before the journal is read: whatever the process wrote before it ended is then read below.
    const exit = await readExit(folder);
    const there = exit ? 'gone' : await executorOf(run).observe(entry.handle, folder);
    await ingestJournals(core, parts, id, (batch) => {
      if (batch.progress) entry.job.update({ progress: batch.progress });
      if (batch.points.length > 0) points.emit({ runId: id, points: batch.points });
    });
    if (exit) return end(run, exit.state, exit.failure && fromSentinel(exit.failure), exit.at);
    if (there === 'gone') {
      if (!entry.goneOnce) {
        entry.goneOnce = true;
        return;
      }
      if (entry.cancelledAt !== null || fs.existsSync(path.join(folder, 'cancel')))
        return end(run, 'cancelled', null);
      return end(run, 'lost', lostFailure(run));
    }
    if (entry.cancelledAt !== null && clock.now() - entry.cancelledAt > GRACE_MS)
      await executorOf(run).cancel(entry.handle, folder, true);
  }

  async function lookAtAll(): Promise<void> {
    for (const [id, entry] of [...watched]) {
      try {
        await look(id, entry);
      } catch (error) {
        // A full disk or a passing fault of the target: say it once a look, conclude nothing, look again.
        log.error('looking at a run failed', error, { run: id });
      }
    }
    await startQueued();
  }

  function wake(): void {
    if (closed || timer || watched.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      // A full disk may refuse even the end of a run; that must not end the host.
      inTurn(lookAtAll)
        .catch((error: unknown) => log.error('looking at the runs failed', error))
        .finally(wake);
    }, LOOK_MS);
  }

  async function startQueued(): Promise<void> {
    for (const id of repository.idsByStatus('queued')) {
      if (closed || watched.size >= parts.slots()) return;
      const run = repository.byIds([id])[0];
      if (!run || run.deletedAt !== null || unsure.has(id)) continue;
      try {
        const executor = executorOf(run);
        begin(run, await executor.submit(id, folders.run(id)));
      } catch (error) {
        end(run, 'failed', toFailure(fromSystemError(error, folders.run(id)), log));
      }
    }
  }

  async function cancel(id: RunId): Promise<void> {
    return inTurn(async () => {
      const run = repository.byIds([id])[0];
      if (!run) return;
      const entry = watched.get(id);
      if (run.status === 'queued') return end(run, 'cancelled', null);
      if (!entry || entry.cancelledAt !== null) return;
      entry.cancelledAt = clock.now();
      await executorOf(run).cancel(entry.handle, folders.run(id), false);
    });
  }

  return {
    points,
    recover: () =>
      inTurn(async () => {
        for (const run of repository.byIds(repository.idsByStatus('queued', 'running'))) {
          try {
            const handle = run.handle ?? (await executorOf(run).find(run.id, folders.run(run.id)));
            if (handle) begin(run, handle);
            else if (run.status === 'queued') jobFor(run);
            else end(run, 'lost', lostFailure(run));
          } catch (error) {
            // One run that cannot be looked for must not keep the workspace closed; it is not submitted blindly.
            log.error('a run could not be taken up again', error, { run: run.id });
            unsure.add(run.id);
            jobFor(run);
          }
        }
        await lookAtAll();
      }),
    schedule: () => inTurn(startQueued),
    inTurn,
    jobFor,
    cancel,
    busy: () => repository.idsByStatus('queued', 'running').length > 0,
    async close() {
      closed = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

async function readExit(folder: string): Promise<ExitSentinel | null> {
  const text = await fs.promises.readFile(path.join(folder, 'exit.json'), 'utf8').catch(() => null);
  return text === null ? null : exitSentinel.parse(JSON.parse(text));
}

function fromSentinel(failure: NonNullable<ExitSentinel['failure']>): Failure {
  return {
    code: failure.code,
    message: failure.message,
    data: { nextStep: failure.nextStep, details: failure.details },
  };
}

function lostFailure(run: RunRow): Failure {
  return {
    code: 'TARGET_FAILED',
    message: `The process of ${run.name} ended without saying how: it was killed, or the machine was restarted.`,
    data: {
      nextStep: 'Resume it from its last checkpoint, or run it again.',
      details: { target: run.target },
    },
  };
}
