import type { RunId } from '../../contract/ids.ts';
import { terminalStates } from '../../contract/jobs.contract.ts';
import { type MetricSummary, type Run, type RunDetail, SYSTEM_METRIC } from '../../contract/runs.contract.ts';
import type { Core } from '../../kernel/core.ts';
import type { MetricStore } from '../../storage/metric-store.ts';
import type { ListedRun, RunRepository, RunRow } from './runs.repository.ts';
import { loggedModelArtifacts } from './tracking/client-files.ts';

export interface EnergyPrice {
  /** Null: no price is set. */
  readonly perKilowattHour: number | null;
  readonly currency: string;
}

/** Runs as the contract shows them: rows with what is derived from metrics, jobs and settings. */
export function toRuns(
  rows: readonly ListedRun[],
  parts: {
    readonly core: Pick<Core, 'jobs' | 'clock'>;
    readonly lastValues: ReadonlyMap<RunId, Run['metrics']>;
    readonly waitingFor: (run: RunId) => string | null;
    readonly energyPrice: EnergyPrice;
  },
): Run[] {
  const { core } = parts;
  return rows.map((row) => {
    const { wattHours, sampledMs, ...run } = row;
    return {
      ...run,
      progress:
        run.jobId && !terminalStates.includes(run.status) ? core.jobs.get(run.jobId).progress : run.progress,
      metrics: parts.lastValues.get(run.id) ?? {},
      waitingFor: run.status === 'queued' ? parts.waitingFor(run.id) : null,
      energy: wattHours === null ? null : toEnergy(wattHours, sampledMs, parts.energyPrice),
      durationMs: durationOf(run, core.clock.now()),
    };
  });
}

/** Logs without times have only the moment at which they were written: of how long such a run took nothing is known. */
function durationOf(
  { target, startedAt, endedAt }: Pick<Run, 'target' | 'startedAt' | 'endedAt'>,
  now: number,
): number | null {
  if (startedAt === null || (target === 'imported' && startedAt === endedAt)) return null;
  return (endedAt ?? now) - startedAt;
}

export function toDetail(
  run: Run,
  row: RunRow,
  {
    database,
    metrics,
    repository,
  }: {
    readonly database: Core['database'];
    readonly metrics: MetricStore;
    readonly repository: RunRepository;
  },
): RunDetail {
  const summaries = Object.entries(metrics.summaries([run.id]).get(run.id)!);
  const isSystem = ([key]: [string, MetricSummary]) => key.startsWith(SYSTEM_METRIC);
  return {
    ...run,
    metricSummaries: Object.fromEntries(summaries.filter((entry) => !isSystem(entry))),
    systemMetrics: Object.fromEntries(summaries.filter(isSystem)),
    environment: row.environment,
    summary: row.summary,
    recipe: row.recipe,
    code: row.code,
    artifacts: [...repository.artifacts(run.id), ...loggedModelArtifacts(database, run.id)],
    models: repository.modelsOf(run.id),
  };
}

function toEnergy(
  wattHours: number,
  sampledMs: number,
  { perKilowattHour, currency }: EnergyPrice,
): Run['energy'] {
  return {
    wattHours,
    sampledMs,
    cost: perKilowattHour === null ? null : (wattHours / 1000) * perKilowattHour,
    currency: perKilowattHour === null ? null : currency,
  };
}
