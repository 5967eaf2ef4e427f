import type { RunId } from '../../contract/ids.ts';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { MetricStore } from '../../storage/metric-store.ts';
import { type EnergyPrice, toDetail, toRuns } from './run-view.ts';
import type { RunPlace, RunRepository, RunRow } from './runs.repository.ts';
import { type RunKeys, readLastValues } from './table/run-keys.ts';

export type RunLookup = ReturnType<typeof createRunLookup>;

/** Runs by their ids. All but `views` throw AppError NOT_FOUND if one of them is not there. */
export function createRunLookup(
  core: Core,
  parts: {
    readonly repository: RunRepository;
    readonly metrics: MetricStore;
    readonly waitingFor: (run: RunId) => string | null;
    readonly energyPrice: () => EnergyPrice;
  },
) {
  const { repository, metrics } = parts;
  const { database } = core;

  /** As the contract shows them, in the order of the ids; those that are not there are left out. */
  const views = (ids: readonly RunId[], keys?: RunKeys): Run[] =>
    toRuns(repository.listedByIds(ids, keys), {
      core,
      lastValues: readLastValues(database, ids, keys?.metrics),
      waitingFor: parts.waitingFor,
      energyPrice: parts.energyPrice(),
    });

  const one = (id: RunId): Run => allOf([id], views([id]))[0]!;
  const rows = (ids: readonly RunId[]): RunRow[] => allOf(ids, repository.byIds(ids));
  const row = (id: RunId): RunRow => rows([id])[0]!;

  return {
    rows,
    row,
    places: (ids: readonly RunId[]): RunPlace[] => allOf(ids, repository.places(ids)),
    views,
    one,
    detail: (id: RunId): RunDetail => toDetail(one(id), row(id), { database, metrics, repository }),
  };
}

function allOf<Found extends { readonly id: RunId }>(ids: readonly RunId[], found: Found[]): Found[] {
  const known = new Set(found.map(({ id }) => id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) throw runNotFound(missing);
  return found;
}

export function runNotFound(run: string): AppError {
  return new AppError('NOT_FOUND', `There is no run "${run}".`, {
    nextStep: 'Run `lathe run list` to see the runs.',
    details: { run },
  });
}
