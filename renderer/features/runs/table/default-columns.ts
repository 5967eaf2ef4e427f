import type { Run } from '../../../../app/contract/runs.contract.ts';
import { mainMetric, orderedMetrics } from '../metrics.ts';
import { differingParameters } from '../runs-table.ts';
import type { RunField } from './run-fields.ts';
import type { PlacedColumn } from './table-view.ts';

/** Parameters that show before anybody chooses; more would push all else out of view. */
const mostParameters = 8;

/** The columns that suit the runs at hand: identity, a curve, the metrics they are judged by, what differs. */
export function defaultColumns(runs: readonly Run[]): readonly PlacedColumn[] {
  const main = mainMetric(runs);
  const known = orderedMetrics(runs.flatMap(({ metrics }) => Object.keys(metrics)));
  const judged = known.filter((key) => key !== main && /^(test_|val_loss)/.test(key));
  const curve = ['val_loss', 'train_loss', 'loss'].find((key) => known.includes(key)) ?? main;
  const ids = [
    'experiment',
    ...(curve === null ? [] : [`curve.${curve}`]),
    ...[...(main === null ? [] : [main]), ...judged].slice(0, 2).map((key) => `metrics.${key}`),
    ...differingParameters(runs)
      .slice(0, mostParameters)
      .map((key) => `params.${key}`),
    'data',
    'duration',
    'started',
  ];
  return [
    { id: 'name', widthPx: null, pinned: true },
    ...ids.map((id) => ({ id, widthPx: null, pinned: false })),
  ];
}

/** Width of a character of a column's head. */
const headCharPx = 6.5;
const headRoomPx = 34;

/** The width of a column that nobody changed; `wide` where a metric stands with a second number beside it. */
export function naturalWidth({ id, kind, key }: RunField, wide: boolean): number {
  const head = Math.min(180, Math.max(64, key.length * headCharPx + headRoomPx));
  if (kind === 'curve') return Math.max(114, head);
  if (kind === 'metrics') return Math.max(wide ? 156 : 84, head);
  if (kind !== 'about') return head;
  return (
    { name: 220, experiment: 120, data: 96, template: 96, target: 96, duration: 88, started: 84, status: 84 }[
      id
    ] ?? head
  );
}
