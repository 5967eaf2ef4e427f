import type { Series } from '../../app/contract/runs.contract.ts';
import { fromWireNumber } from '../../app/contract/wire.ts';
import type { Band } from './band-spark.tsx';
import { nearestIndex } from './chart-line.ts';

/** Mean, least and greatest of several curves at evenly spaced steps; a curve counts as far as its own steps reach. */
export function curveBand(curves: readonly Series[], places: number): Band {
  const end = Math.max(0, ...curves.map(({ steps }) => steps.at(-1) ?? 0));
  const start = Math.min(end, ...curves.map(({ steps }) => steps[0] ?? end));
  const band: { mean: number[]; min: number[]; max: number[] } = { mean: [], min: [], max: [] };
  for (let place = 0; place < places; place += 1) {
    const step = start + ((end - start) * place) / Math.max(1, places - 1);
    const values = curves.flatMap(({ steps, mean }) => {
      const [first, last] = [steps[0] ?? Number.NaN, steps.at(-1) ?? Number.NaN];
      if (!(step >= first && step <= last)) return [];
      const value = fromWireNumber(mean[nearestIndex(steps, step)] ?? 'NaN');
      return Number.isFinite(value) ? [value] : [];
    });
    const sum = values.reduce((total, value) => total + value, 0);
    band.mean.push(values.length === 0 ? Number.NaN : sum / values.length);
    band.min.push(values.length === 0 ? Number.NaN : Math.min(...values));
    band.max.push(values.length === 0 ? Number.NaN : Math.max(...values));
  }
  return band;
}
