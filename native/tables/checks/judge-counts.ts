import type { DuckDBValue } from '@duckdb/node-api';
import { percent } from '../../../app/contract/data-check-words.ts';
import type { DataCheck } from '../../../app/contract/data-checks.contract.ts';
import { durationMs } from '../../../app/contract/recipe.ts';
import { identifier } from '../duckdb-session.ts';
import { absent } from './judge-schema.ts';
import { ask, present, shown, type TableView } from './table-view.ts';
import { broken, count, EXAMPLES, failed, passed, rowsInWords, type Verdict } from './verdict.ts';

type Check<Kind extends DataCheck['kind']> = Extract<DataCheck, { kind: Kind }>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function judgeRows({ rows }: TableView, { min, max }: Check<'rows'>): Verdict {
  if (min !== undefined && rows < min)
    return failed(`There are ${rowsInWords(rows)}, fewer than ${count(min)}.`);
  if (max !== undefined && rows > max)
    return failed(`There are ${rowsInWords(rows)}, more than ${count(max)}.`);
  return passed(rowsInWords(rows));
}

export async function judgeClasses(
  table: TableView,
  { column: name, minRows, minShare }: Check<'classes'>,
): Promise<Verdict> {
  const column = table.column(name);
  if (!column) return failed(`There is no column ${name}.`);
  if (minRows === undefined && minShare === undefined)
    return broken('neither a number of rows nor a share is named.');
  const sql = identifier(name);
  const classes = `SELECT ${sql} AS class, count(*) AS n FROM data WHERE ${present(column)} GROUP BY ${sql}`;
  const [[total, kinds]] = (await ask(
    table.connection,
    `SELECT coalesce(sum(n), 0)::DOUBLE, count(*)::DOUBLE FROM (${classes})`,
  )) as [[number, number]];
  if (kinds === 0) return failed('It has no values at all.');
  const least = Math.max(minRows ?? 0, (minShare ?? 0) * total);
  const small = await ask(
    table.connection,
    `SELECT class, n::DOUBLE, count(*) OVER ()::DOUBLE FROM (${classes}) WHERE n < ?::DOUBLE ORDER BY n, class LIMIT ${EXAMPLES}`,
    [least],
  );
  if (small.length === 0) return passed(`${count(kinds)} classes`);
  const [label, rows, smallKinds] = small[0] as [DuckDBValue, number, number];
  return failed(
    `${count(smallKinds)} of ${count(kinds)} classes ${smallKinds === 1 ? 'is' : 'are'} too small; ${shown(label)} has ${rowsInWords(rows)} (${percent(rows / total)}).`,
    null,
    small.map(([value, number]) => ({ row: null, cells: { [name]: shown(value!), rows: Number(number) } })),
  );
}

export async function judgeFresh(
  table: TableView,
  { column: name, maxAge }: Check<'fresh'>,
  nowMs: number,
): Promise<Verdict> {
  const column = table.column(name);
  if (!column) return failed(`${absent(table, name)}.`);
  if (column.type !== 'time') return broken(`${name} is of type ${column.type}, not a time.`);
  const sql = identifier(name);
  const [[newest]] = (await ask(
    table.connection,
    `SELECT epoch_ms(max(${sql}))::DOUBLE FROM data WHERE isfinite(${sql})`,
  )) as [[number | null]];
  if (newest === null) return failed('It has no time at all.');
  const found = `The newest is of ${new Date(newest).toISOString()}, ${age(nowMs - newest)}`;
  return nowMs - newest <= durationMs(maxAge) ? passed(found) : failed(`${found}.`);
}

function age(ms: number): string {
  if (ms < 0) return 'in the future';
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / 60_000)} minutes old`;
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} hours old` : `${Math.round(ms / DAY_MS)} days old`;
}
