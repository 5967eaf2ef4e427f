import type { Reproduction } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import { fromWireNumber } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { MetricStore } from '../../storage/metric-store.ts';
import { compareReproduction } from './reproduction.ts';
import type { RunRow } from './runs.repository.ts';

/** Facts that no two runs have in common, and that say nothing about what came out: the name of a container, for one. */
const ALWAYS_NEW: ReadonlySet<string> = new Set(['host', 'pid']);

/** Points read at a time. */
const PAGE = 100_000;

/** How a reproduction compares with the run that it repeats. @throws AppError CONFLICT if it repeats none */
export function reproductionOf(
  run: RunRow,
  rows: (ids: readonly RunId[]) => RunRow[],
  metrics: MetricStore,
): Reproduction {
  if (run.reproducesRunId === null) {
    throw new AppError('CONFLICT', `The run ${run.name} is not a reproduction of another.`, {
      nextStep: `Reproduce it: lathe run reproduce ${run.id}`,
      details: { run: run.id },
    });
  }
  const side = (row: RunRow) => ({
    id: row.id,
    status: row.status,
    environment: row.environment,
    points: allPoints(metrics, row.id),
  });
  return compareReproduction(side(rows([run.reproducesRunId])[0]!), side(run), ALWAYS_NEW);
}

function allPoints(metrics: MetricStore, run: RunId): Map<string, { steps: number[]; values: number[] }> {
  const byKey = new Map<string, { steps: number[]; values: number[] }>();
  for (let offset = 0; ; offset += PAGE) {
    const { points, total } = metrics.points(run, undefined, PAGE, offset);
    for (const { key, step, value } of points) {
      const series = byKey.get(key) ?? { steps: [], values: [] };
      byKey.set(key, series);
      series.steps.push(step);
      series.values.push(fromWireNumber(value));
    }
    if (offset + PAGE >= total) return byKey;
  }
}
