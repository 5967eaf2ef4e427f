import { meanInterval } from '../../../contract/mean-interval.ts';
import type { RunGroupCell } from '../../../contract/run-table.contract.ts';
import { toWireNumber } from '../../../contract/wire.ts';
import type { Database } from '../../../kernel/ports/database.ts';
import { fieldText } from '../search/field-text.ts';
import { type Fragment, fragment } from '../search/fragment.ts';
import { numberAttributes } from '../search/match-sql.ts';
import { readField } from '../search/read-query.ts';
import type { GroupedRuns } from './group-runs.ts';

const nothing: RunGroupCell = {
  kind: 'numbers',
  count: 0,
  mean: null,
  deviation: null,
  half: null,
  min: null,
  max: null,
};

/**
 * What each group has of some fields: numbers of metrics and times, words of everything else. All of them are read in one pass, because
 * what one run has lies together; and a text of JSON is read many times faster than rows are.
 *
 * @returns for each field a cell for each group
 * @throws AppError INVALID_INPUT for an unknown field
 */
export function groupCells(
  database: Database,
  groups: readonly GroupedRuns[],
  fields: readonly string[],
  nowMs: number,
): RunGroupCell[][] {
  if (fields.length === 0) return [];
  const columns = fields.map((field) => columnOf(field, nowMs));
  const lists = columns.map(({ value }, index) => `json_group_array(${value.sql}) AS c${index}`);
  const rows = database
    .prepare(
      `SELECT g.key AS place, ${lists.join(', ')} FROM json_each(?) g CROSS JOIN json_each(g.value) i
       CROSS JOIN runs r ON r.id = i.value JOIN experiments e ON e.id = r.experiment_id GROUP BY g.key`,
    )
    .all(...columns.flatMap(({ value }) => value.parameters), JSON.stringify(groups.map(({ runs }) => runs)));
  const rowOf = new Map(rows.map((row) => [Number(row.place), row]));
  return columns.map(({ cell }, index) =>
    groups.map((_, place) => cell(JSON.parse(String(rowOf.get(place)?.[`c${index}`] ?? '[]')))),
  );
}

interface Column {
  /** Of the run `r`. */
  readonly value: Fragment;
  readonly cell: (values: readonly (number | string | null)[]) => RunGroupCell;
}

function columnOf(field: string, nowMs: number): Column {
  const read = readField(field);
  if (read.kind === 'metric') {
    const last = '(SELECT x.last_value FROM metric_keys x WHERE x.run_id = r.id AND x.key = ?)';
    return { value: fragment(last, read.key), cell: numbersOf };
  }
  if (read.kind === 'attribute' && read.attribute in numberAttributes) {
    const { attribute } = read as { attribute: keyof typeof numberAttributes };
    const bound = attribute === 'duration' ? [nowMs] : [];
    return { value: fragment(numberAttributes[attribute], ...bound), cell: numbersOf };
  }
  const text = fieldText(field);
  return { value: { ...text, sql: `DISTINCT ${text.sql}` }, cell: wordsOf };
}

/** NULL stands for NaN, for no metric, and for a time that is not known. */
function numbersOf(values: readonly (number | string | null)[]): RunGroupCell {
  const finite = values.filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value),
  );
  const interval = meanInterval(finite);
  if (!interval) return nothing;
  const { count, mean, deviation, half } = interval;
  return {
    kind: 'numbers',
    count,
    mean: toWireNumber(mean),
    deviation: deviation === null ? null : toWireNumber(deviation),
    half: half === null ? null : toWireNumber(half),
    min: finite.reduce((least, value) => Math.min(least, value)),
    max: finite.reduce((most, value) => Math.max(most, value)),
  };
}

function wordsOf(values: readonly (number | string | null)[]): RunGroupCell {
  const known = values.filter((value) => value !== null);
  return { kind: 'words', distinct: known.length, value: known.length === 1 ? String(known[0]) : null };
}
