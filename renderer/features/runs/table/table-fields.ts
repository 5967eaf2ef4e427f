import { fieldOf } from './run-fields.ts';
import type { PlacedColumn } from './table-view.ts';

/** The most that the core reads of each run, and of each group, in one call. */
const mostOfRun = 500;
const mostOfGroup = 200;

/** The metrics, parameters and tags that runs must have for their cells; a curve needs to know whether its metric is there. */
export function fieldsOfRuns(placed: readonly PlacedColumn[], metric: string | null): readonly string[] {
  const fields = new Set<string>(metric === null ? [] : [`metrics.${metric}`]);
  for (const { id } of placed) {
    const { kind, key } = fieldOf(id);
    if (kind === 'curve') fields.add(`metrics.${key}`);
    else if (kind !== 'about') fields.add(`${kind}.${key}`);
  }
  return [...fields].sort().slice(0, mostOfRun);
}

/** What is told of each group: every column but the name and the curves. */
export function fieldsOfGroups(placed: readonly PlacedColumn[]): readonly string[] {
  const fields = placed.flatMap(({ id }) => {
    const { kind, key } = fieldOf(id);
    if (kind === 'curve' || id === 'name') return [];
    return [kind === 'about' ? id : `${kind}.${key}`];
  });
  return [...new Set(fields)].sort().slice(0, mostOfGroup);
}
