import fs from 'node:fs';
import path from 'node:path';
import { type ErrorCode, errorTable } from '../../contract/errors.ts';
import type { CheckResult } from '../../contract/execution.ts';
import type { Failure } from '../../contract/jobs.contract.ts';
import type { JobEvidence } from '../../executors/executor.ts';
import type { Core } from '../../kernel/core.ts';
import type { AdoptedJob } from '../../kernel/job-machine.ts';
import { type ExitSentinel, exitSentinel } from '../../kernel/ports/run-journal.ts';
import type { MetricStore } from '../../storage/metric-store.ts';
import { evaluateChecks } from './check-results.ts';
import { diagnose } from './diagnose.ts';
import { clearEnd, markResumed, readLog } from './run-folder.ts';
import type { RunTarget, WatchedRun } from './run-target.ts';
import type { RunRepository, RunRow } from './runs.repository.ts';

/** How much of a log is looked at for the reason of a failure. */
const TAIL_BYTES = 64 * 1024;
/** Metrics that are packed with a run's end, so that its transaction stays short; the others stay as they are. */
const SETTLED_KEYS = 100;
/** Looks at an ended run that its target may fail to collect before the run ends without that: about half a minute. */
const COLLECT_TRIES = 120;
/** First pause before a run is started again for a reason that may pass; doubled each time. */
const RETRY_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** Details of a failure that say it would come again: a module or a command that is not there, a parameter that is not known. */
const sameAgain = ['module', 'command', 'parameter'];

export interface RunOutcome {
  readonly state: 'finished' | 'failed' | 'cancelled' | 'lost';
  readonly failure: Failure | null;
  readonly at: number;
  readonly checks?: readonly CheckResult[];
  readonly environment?: Readonly<Record<string, string>>;
}

const noEvidence: JobEvidence = { outOfMemory: false, endedBy: null, environment: {} };

export function createRunEnd(
  core: Core,
  parts: {
    readonly repository: RunRepository;
    readonly metrics: MetricStore;
    readonly jobFor: (run: Pick<RunRow, 'id' | 'name'>) => AdoptedJob;
  },
) {
  const { database, events, clock, log, folders } = core;
  const { repository } = parts;

  /**
   * How a run whose job is gone ended: by its sentinel, else it was cancelled or is lost.
   *
   * @param ingest reads the journals once more: the target names in them what the program left
   */
  async function outcomeOf(
    run: RunRow,
    entry: WatchedRun,
    { executor }: RunTarget,
    exit: ExitSentinel | null,
    ingest: () => Promise<void>,
  ): Promise<RunOutcome> {
    const folder = folders.run(run.id);
    const evidence = await executor.collect(entry.handle, folder).catch((error: unknown) => {
      // A full disk or an engine that restarts may pass; the outputs and the evidence are worth some patience.
      entry.collectFailures += 1;
      if (entry.collectFailures < COLLECT_TRIES) throw error;
      log.error('what a target still held for a run was not released', error, { run: run.id });
      return noEvidence;
    });
    await ingest();
    const asked = entry.cancelledAt !== null || fs.existsSync(path.join(folder, 'cancel'));
    const common = { at: exit?.at ?? clock.now(), environment: evidence.environment };
    if (!exit) {
      return asked
        ? { ...common, state: 'cancelled', failure: null }
        : { ...common, state: 'lost', failure: lostFailure(run, evidence) };
    }
    if (exit.state === 'finished') {
      const summaries = parts.metrics.summaries([run.id]).get(run.id)!;
      const checks = evaluateChecks(
        run.checks.map(({ expression }) => expression),
        summaries,
      );
      return { ...common, state: 'finished', failure: null, checks };
    }
    if (exit.state === 'cancelled') return { ...common, state: 'cancelled', failure: null };
    const failure = exit.failure ? fromSentinel(exit.failure) : await reasonOf(run, exit, evidence);
    return { ...common, state: 'failed', failure };
  }

  async function reasonOf(run: RunRow, exit: ExitSentinel, evidence: JobEvidence): Promise<Failure | null> {
    const folder = folders.run(run.id);
    const tail = async (name: string) =>
      (await readLog(path.join(folder, name), -TAIL_BYTES, TAIL_BYTES)).text;
    return diagnose({
      runName: run.name,
      target: run.target,
      exit,
      evidence,
      stderrTail: await tail('stderr.log'),
      stdoutTail: await tail('stdout.log'),
      memoryLimitBytes: run.resources.memoryBytes,
      timeLimitMs: run.resources.timeLimitMs,
      diskFreeBytes: await fs.promises
        .statfs(folders.root)
        .then(({ bavail, bsize }) => bavail * bsize)
        .catch(() => null),
      hadGpus: run.gpus.length > 0,
    });
  }

  /** Write an outcome down: the run's row, its job and the event in one transaction. */
  function write(run: RunRow, job: AdoptedJob, outcome: RunOutcome): void {
    const { state, failure } = outcome;
    database.transaction(() => {
      const { progress } = job.job;
      repository.change(run.id, {
        status: state,
        failure,
        // The program's clock may be a container's, and a start is written down a moment after it.
        endedAt: Math.max(outcome.at, run.startedAt ?? outcome.at),
        progress: state === 'finished' ? { ...progress, fraction: 1, remainingMs: 0 } : progress,
        ...(outcome.checks && { checks: outcome.checks }),
        ...(outcome.environment && {
          // Journals may have told more since the row was read.
          environment: { ...repository.byIds([run.id])[0]!.environment, ...outcome.environment },
        }),
      });
      job.update({ state, failure });
      events.append(
        `run.${state}`,
        { kind: 'run', id: run.id },
        { name: run.name, ...(failure && { code: failure.code, message: failure.message }) },
      );
      parts.metrics.settle(run.id, SETTLED_KEYS);
    });
  }

  /**
   * Put a run that failed for a reason that may pass back in the queue, if its recipe wants that, to go on from its checkpoint
   * where it has one.
   *
   * @returns whether it was
   */
  async function retry(run: RunRow, outcome: RunOutcome): Promise<boolean> {
    const { failure, state } = outcome;
    if ((state !== 'failed' && state !== 'lost') || failure === null) return false;
    if (run.attempt > run.scheduling.retries) return false;
    const kind = errorTable[failure.code as ErrorCode]?.retry ?? 'never';
    if (kind === 'never' || sameAgain.some((detail) => detail in failure.data.details)) return false;
    const pauseMs =
      kind === 'now' ? 0 : Math.min(LONGEST_PAUSE_MS, RETRY_PAUSE_MS * 2 ** Math.min(20, run.attempt - 1));
    const folder = folders.run(run.id);
    if (run.checkpointStep !== null) await markResumed(folder);
    await clearEnd(folder);
    database.transaction(() => {
      repository.change(run.id, {
        status: 'queued',
        handle: null,
        gpus: [],
        attempt: run.attempt + 1,
        notBefore: pauseMs === 0 ? run.scheduling.notBefore : clock.now() + pauseMs,
      });
      const job = parts.jobFor(run);
      job.update({ state: 'queued', progress: { message: `started again: ${failure.message}` } });
      events.append(
        'run.retried',
        { kind: 'run', id: run.id },
        { name: run.name, attempt: run.attempt + 1, code: failure.code, message: failure.message },
      );
    });
    return true;
  }

  return { outcomeOf, write, retry };
}

/** @returns null while there is none; a sentinel that cannot be read counts as none and is said in the log */
export async function readExit(folder: string, log: Core['log']): Promise<ExitSentinel | null> {
  const text = await fs.promises.readFile(path.join(folder, 'exit.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return exitSentinel.parse(JSON.parse(text));
  } catch (error) {
    log.error('an exit sentinel could not be read', error, { folder });
    return {
      state: 'failed',
      at: Math.round((await fs.promises.stat(path.join(folder, 'exit.json'))).mtimeMs),
      failure: null,
    };
  }
}

function fromSentinel(failure: NonNullable<ExitSentinel['failure']>): Failure {
  return {
    code: failure.code,
    message: failure.message,
    data: { nextStep: failure.nextStep, details: failure.details },
  };
}

function lostFailure(run: RunRow, evidence: JobEvidence): Failure {
  return {
    code: 'TARGET_FAILED',
    message: evidence.endedBy
      ? `${run.name} ended from outside: ${evidence.endedBy}.`
      : `The process of ${run.name} ended without saying how: it was killed, or the machine was restarted.`,
    data: {
      nextStep: 'Resume it from its last checkpoint, or run it again.',
      details: { target: run.target },
    },
  };
}
