import { setTimeout as delay } from 'node:timers/promises';
import type { RunId } from '../../contract/ids.ts';
import type { Failure } from '../../contract/jobs.contract.ts';
import type { Progress } from '../../contract/wire.ts';
import type { Grant } from '../../executors/executor.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { AdoptedJob } from '../../kernel/job-machine.ts';
import { Live } from '../../kernel/live.ts';
import type { MetricStore, RecordedPoint } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { toFailure } from '../../storage/sql-job-machine.ts';
import { type Capacity, planQueue } from './plan-queue.ts';
import { createRunEnd, type RunOutcome, readExit } from './run-end.ts';
import { ingestJournals } from './run-ingest.ts';
import type { RunTarget, WatchedRun } from './run-target.ts';
import type { RunRepository, RunRow } from './runs.repository.ts';
import type { RunTelemetry } from './telemetry/run-telemetry.ts';

/** How often a running run's folder is looked at; its process has no other way to reach the core. */
const LOOK_MS = 250;
/** How often runs that only wait are looked at: for their time, or for memory and GPUs that others left. */
const WAIT_MS = 1000;
/** How long a run is given to stop when asked before it is ended by force. */
const GRACE_MS = 10_000;
/** How long the maker of a run waits for it to start, so that short preparations need no second look. */
const START_PATIENCE_MS = 2000;

export interface PrepareContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface RunSupervisor {
  /** New points of any run, after they are stored. */
  readonly points: Live<{ readonly runId: RunId; readonly points: readonly RecordedPoint[] }>;
  /** Find every run that a former core left, and go on with it. */
  recover(): Promise<void>;
  /** Start queued runs as far as there is room; waits a moment for `run` to have started. */
  schedule(run?: RunId): Promise<void>;
  cancel(run: RunId): Promise<void>;
  /** Whether anything is queued or running. */
  busy(): boolean;
  /** Why a queued run has not started; null for every other. */
  waitingFor(run: RunId): string | null;
  /** Do something while no look, start or cancellation is in progress. */
  inTurn<T>(action: () => Promise<T>): Promise<T>;
  /** The job that follows a run, found again or made; what cancels it cancels the run. */
  jobFor(run: Pick<RunRow, 'id' | 'name'>): AdoptedJob;
  /** Stop watching; the runs themselves go on. */
  close(): Promise<void>;
}

export interface SupervisorParts {
  readonly repository: RunRepository;
  readonly metrics: MetricStore;
  readonly objects: ObjectStore;
  /** @throws AppError NOT_FOUND */
  readonly target: (name: string) => RunTarget;
  /** Asked with whether any waiting run wants a GPU. */
  readonly capacity: (gpusWanted: boolean) => Promise<Capacity>;
  readonly paused: () => boolean;
  /** Make ready what every target needs: data and code in the run's folder. It may be called again. */
  readonly prepare: (run: RunRow, context: PrepareContext) => Promise<void>;
  readonly telemetry: RunTelemetry;
}

export function createRunSupervisor(core: Core, parts: SupervisorParts): RunSupervisor {
  const { database, events, clock, log, folders } = core;
  const { repository } = parts;
  const watched = new Map<RunId, WatchedRun>();
  /** Runs that have what they need and are being made ready. */
  const placing = new Map<RunId, { grant: Grant; abort: AbortController; done: Promise<void> }>();
  const waiting = new Map<RunId, string>();
  /** Runs of which is not known whether they run already: they are asked for again, never submitted blindly. */
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

  const rowOf = (id: RunId): RunRow | undefined => repository.byIds([id])[0];

  const jobFor = (run: Pick<RunRow, 'id' | 'name'>): AdoptedJob =>
    core.jobs.adopt({
      kind: 'run',
      title: run.name,
      runId: run.id,
      onCancel: () => void cancel(run.id).catch((error) => log.error('cancelling failed', error)),
    });

  const ending = createRunEnd(core, { ...parts, jobFor });

  function begin(run: RunRow, handle: NonNullable<RunRow['handle']>, grant: Grant): void {
    const entry: WatchedRun = {
      job: jobFor(run),
      handle,
      grant,
      noted: false,
      goneOnce: false,
      collectFailures: 0,
      cancelledAt: null,
    };
    watched.set(run.id, entry);
    waiting.delete(run.id);
    note(run, entry);
    const { executor, local } = parts.target(run.target);
    parts.telemetry.watch({
      id: run.id,
      startedAt: rowOf(run.id)?.startedAt ?? clock.now(),
      usage: () => executor.usage(handle, folders.run(run.id)),
      gpus: grant.gpus,
      local,
    });
    wake();
  }

  function note(run: RunRow, entry: WatchedRun): void {
    try {
      database.transaction(() => {
        repository.change(run.id, {
          status: 'running',
          handle: entry.handle,
          gpus: entry.grant.gpus,
          startedAt: run.startedAt ?? clock.now(),
          jobId: entry.job.job.id,
        });
        entry.job.update({ state: 'running' });
        if (run.status !== 'running')
          events.append('run.started', { kind: 'run', id: run.id }, { name: run.name, target: run.target });
      });
      entry.noted = true;
    } catch (error) {
      // The job is there and is watched; writing that down is tried again at every look.
      log.error('the start of a run could not be written down', error, { run: run.id });
    }
  }

  function end(run: RunRow, outcome: RunOutcome): void {
    ending.write(run, watched.get(run.id)?.job ?? jobFor(run), outcome);
    forget(run.id);
  }

  function forget(id: RunId): void {
    parts.telemetry.unwatch(id);
    watched.delete(id);
    waiting.delete(id);
    unsure.delete(id);
  }

  const endNow = (run: RunRow, state: RunOutcome['state'], failure: Failure | null): void =>
    end(run, { state, failure, at: clock.now() });

  async function look(id: RunId, entry: WatchedRun): Promise<void> {
    const run = rowOf(id)!;
    if (!entry.noted) note(run, entry);
    const folder = folders.run(id);
    const target = parts.target(run.target);
    // Asked before the journal is read: whatever the process wrote before it ended is then read below.
    let exit = await readExit(folder, log);
    const there = exit ? 'gone' : await target.executor.observe(entry.handle, folder);
    // Some targets write the sentinel themselves when they see the end.
    if (there === 'gone') exit ??= await readExit(folder, log);
    const ingest = () =>
      ingestJournals(core, parts, id, (batch) => {
        if (batch.progress) entry.job.update({ progress: batch.progress });
        if (batch.points.length > 0) points.emit({ runId: id, points: batch.points });
      });
    await ingest();
    if (exit || (there === 'gone' && entry.goneOnce)) {
      parts.telemetry.unwatch(id);
      const outcome = await ending.outcomeOf(run, entry, target, exit, ingest);
      const latest = rowOf(id)!;
      if (await ending.retry(latest, outcome)) forget(id);
      else end(latest, outcome);
      return;
    }
    if (there === 'gone') entry.goneOnce = true;
    else if (entry.cancelledAt !== null && clock.now() - entry.cancelledAt > GRACE_MS) {
      entry.cancelledAt = clock.now();
      await target.executor.cancel(entry.handle, folder, true);
    }
  }

  async function lookAtAll(): Promise<void> {
    await Promise.all(
      [...watched].map(([id, entry]) =>
        look(id, entry).catch((error: unknown) => {
          // A full disk or a passing fault of the target: say it, conclude nothing, look again.
          log.error('looking at a run failed', error, { run: id });
        }),
      ),
    );
    for (const id of unsure) await takeUp(id);
    await startQueued();
  }

  function wake(): void {
    if (closed || timer || (watched.size === 0 && waiting.size === 0 && unsure.size === 0)) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        // A full disk may refuse even the end of a run; that must not end the host.
        inTurn(lookAtAll)
          .catch((error: unknown) => log.error('looking at the runs failed', error))
          .finally(wake);
      },
      watched.size > 0 ? LOOK_MS : WAIT_MS,
    );
  }

  async function startQueued(): Promise<void> {
    if (closed) return;
    const candidates = repository
      .byIds(repository.queuedIds())
      .filter(({ id }) => !placing.has(id) && !watched.has(id) && !unsure.has(id));
    for (const id of waiting.keys()) if (!candidates.some((run) => run.id === id)) waiting.delete(id);
    if (candidates.length === 0) return;
    const known = candidates.filter((run) => {
      try {
        parts.target(run.target);
        return true;
      } catch (error) {
        endNow(run, 'failed', toFailure(fromSystemError(error, run.target), log));
        return false;
      }
    });
    const holders = [...watched, ...placing].flatMap(([id, { grant }]) => {
      const run = rowOf(id);
      return run
        ? [{ resources: run.resources, gpus: grant.gpus, local: parts.target(run.target).local }]
        : [];
    });
    const decisions = planQueue(
      known.map((run) => ({
        id: run.id,
        resources: run.resources,
        scheduling: run.scheduling,
        local: parts.target(run.target).local,
        after: run.scheduling.after.map(
          (id) => repository.statusOf(id) ?? { name: id, status: 'cancelled' as const },
        ),
      })),
      holders,
      await parts.capacity(known.some(({ resources }) => resources.gpus > 0)),
      clock.now(),
      parts.paused(),
    );
    for (const run of known) {
      const decision = decisions.get(run.id)!;
      if (decision.kind === 'wait') waiting.set(run.id, decision.reason);
      else if (decision.kind === 'cancel')
        endNow(run, 'cancelled', {
          code: 'CONFLICT',
          message: `${run.name} was not started: ${decision.reason}.`,
          data: { nextStep: 'Run it again on its own.', details: { run: run.id } },
        });
      else place(run, decision.grant);
    }
  }

  function place(run: RunRow, grant: Grant): void {
    waiting.delete(run.id);
    const abort = new AbortController();
    const job = jobFor(run);
    const context: PrepareContext = {
      signal: abort.signal,
      onProgress: (progress) => job.update({ progress }),
    };
    const work = async () => {
      await parts.prepare(run, context);
      await parts.target(run.target).executor.prepare(run.id, folders.run(run.id), context);
      await inTurn(() => submit(run.id, grant, abort.signal));
    };
    const done = work()
      .catch((error: unknown) => inTurn(() => notPlaced(run.id, error, abort.signal)))
      .catch((error: unknown) => {
        log.error('starting a run failed', error, { run: run.id });
      })
      .finally(() => {
        placing.delete(run.id);
        wake();
      });
    placing.set(run.id, { grant, abort, done });
  }

  async function submit(id: RunId, grant: Grant, signal: AbortSignal): Promise<void> {
    const run = rowOf(id);
    if (closed || signal.aborted || run?.status !== 'queued' || run.deletedAt !== null) return;
    const { executor } = parts.target(run.target);
    try {
      begin(run, await executor.submit(id, folders.run(id), grant), grant);
    } catch (error) {
      // A submission that timed out may have worked all the same.
      unsure.add(id);
      const handle = await executor.find(id, folders.run(id));
      unsure.delete(id);
      if (!handle) throw error;
      begin(run, handle, grant);
    }
  }

  async function notPlaced(id: RunId, error: unknown, signal: AbortSignal): Promise<void> {
    const run = rowOf(id);
    if (signal.aborted || run?.status !== 'queued') return;
    if (unsure.has(id)) log.error('whether a run started is not known', error, { run: id });
    else endNow(run, 'failed', toFailure(fromSystemError(error, folders.run(id)), log));
  }

  /** Go on with a run whose job may be there: watch it, let it be queued, or call it lost. */
  async function takeUp(id: RunId): Promise<void> {
    const run = rowOf(id);
    if (!run) {
      unsure.delete(id);
      return;
    }
    try {
      const handle = run.handle ?? (await parts.target(run.target).executor.find(id, folders.run(id)));
      unsure.delete(id);
      if (handle) begin(run, handle, { gpus: run.gpus });
      else if (run.status === 'queued') jobFor(run);
      else endNow(run, 'lost', lostAtStart(run));
    } catch (error) {
      // One run that cannot be looked for must not keep the workspace closed; it is asked for again.
      if (!unsure.has(id)) log.error('a run could not be taken up again', error, { run: id });
      unsure.add(id);
      waiting.set(id, `its target to answer: ${error instanceof Error ? error.message : String(error)}`);
      jobFor(run);
    }
  }

  async function cancel(id: RunId): Promise<void> {
    return inTurn(async () => {
      const run = rowOf(id);
      if (!run) return;
      // Its process may be there although nobody could say so until now.
      if (unsure.has(id)) await takeUp(id);
      const entry = watched.get(id);
      if (!entry) {
        if (run.status !== 'queued' || unsure.has(id)) {
          if (unsure.has(id))
            throw new AppError(
              'TARGET_FAILED',
              `Whether ${run.name} runs is not known, as ${run.target} does not answer.`,
              {
                nextStep: 'Try again when the target answers.',
                details: { run: id, target: run.target },
              },
            );
          return;
        }
        placing.get(id)?.abort.abort();
        return endNow(run, 'cancelled', null);
      }
      if (entry.cancelledAt !== null) return;
      entry.cancelledAt = clock.now();
      await parts.target(run.target).executor.cancel(entry.handle, folders.run(id), false);
    });
  }

  return {
    points,
    recover: () =>
      inTurn(async () => {
        for (const id of repository.idsByStatus('queued', 'running')) await takeUp(id);
        await lookAtAll();
        wake();
      }),
    async schedule(id) {
      await inTurn(startQueued);
      wake();
      const placement = id && placing.get(id);
      if (placement) await patiently(placement.done);
    },
    waitingFor: (id) =>
      waiting.get(id) ?? (placing.has(id) ? 'what it needs: its environment is being made ready' : null),
    inTurn,
    jobFor,
    cancel,
    busy: () => repository.idsByStatus('queued', 'running').length > 0,
    async close() {
      clearTimeout(timer);
      // What is started in a moment is still started: short commands, too, take the queue a step further.
      const unfinished = [...placing.values()];
      await patiently(Promise.all(unfinished.map(({ done }) => done)));
      closed = true;
      clearTimeout(timer);
      for (const { abort } of placing.values()) abort.abort();
      await Promise.all([...placing.values()].map(({ done }) => done));
      await turn;
      parts.telemetry.close();
    },
  };
}

/** Wait for something that is usually quick. */
async function patiently(work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([
    work,
    delay(START_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
}

function lostAtStart(run: RunRow): Failure {
  return {
    code: 'TARGET_FAILED',
    message: `The process of ${run.name} is not there any more: it was killed, or the machine was restarted.`,
    data: {
      nextStep: 'Resume it from its last checkpoint, or run it again.',
      details: { target: run.target },
    },
  };
}
