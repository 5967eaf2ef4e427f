import type { DuckDBValue } from '@duckdb/node-api';
import { percent } from '../../../app/contract/data-check-words.ts';
import type { DataCheck } from '../../../app/contract/data-checks.contract.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import { sqlTypes } from '../column-types.ts';
import { identifier } from '../duckdb-session.ts';
import { absent } from './judge-schema.ts';
import { ask, present, shown, type TableView } from './table-view.ts';
import { broken, count, EXAMPLES, failed, passed, rowsInWords, type Verdict } from './verdict.ts';

type Check<Kind extends DataCheck['kind']> = Extract<DataCheck, { kind: Kind }>;

const ALLOWED = 'allowed_values';
const WHOLE = /^[+-]?\d+$/;

export async function judgeRange(
  table: TableView,
  { column: name, min, max }: Check<'range'>,
): Promise<Verdict> {
  const column = table.column(name);
  if (!column) return failed(`${sentence(absent(table, name))}.`);
  if (column.type === 'text' || column.type === 'boolean') {
    return broken(`${name} is of type ${column.type}; a range is for numbers and times.`);
  }
  if (min === undefined && max === undefined) return broken('neither a lowest nor a highest value is named.');
  const bad: string[] = [];
  const bounds: DuckDBValue[] = [];
  for (const [value, sign] of [
    [min, '<'],
    [max, '>'],
  ] as const) {
    if (value === undefined) continue;
    const bound = column.type === 'time' ? microsOf(value) : numberOf(value);
    if (bound === null) return broken(`${value} is no ${column.type === 'time' ? 'time' : 'number'}.`);
    const sql = column.type === 'time' ? 'make_timestamp(?::BIGINT)' : '?::DOUBLE';
    bad.push(`${identifier(name)} ${sign} ${sql}`);
    bounds.push(bound);
  }
  const edges = `min(${identifier(name)}), max(${identifier(name)})`;
  const [[lowest, highest]] = (await ask(
    table.connection,
    `SELECT ${edges} FROM data WHERE ${present(column)}`,
  )) as [[DuckDBValue, DuckDBValue]];
  const found = lowest === null ? 'no values' : `from ${shown(lowest)} to ${shown(highest)}`;
  return await judgeRowsWhere(table, [column], `${present(column)} AND (${bad.join(' OR ')})`, bounds, found);
}

export async function judgeValues(
  table: TableView,
  { column: name, values }: Check<'values'>,
): Promise<Verdict> {
  const column = table.column(name);
  if (!column) return failed(`${sentence(absent(table, name))}.`);
  const { connection } = table;
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${ALLOWED} (value ${sqlTypes[column.type]})`);
  await connection.run('CREATE OR REPLACE TEMP TABLE allowed_texts (value VARCHAR)');
  const appender = await connection.createAppender('allowed_texts');
  try {
    for (const value of values) {
      if (value === null) continue;
      const word = String(value);
      // DuckDB would round a fraction to a whole number, and compare with that.
      if (column.type === 'integer' && !WHOLE.test(word)) continue;
      appender.appendVarchar(word);
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
  await connection.run(
    `INSERT INTO ${ALLOWED} SELECT * FROM (SELECT TRY_CAST(value AS ${sqlTypes[column.type]}) AS value FROM allowed_texts)
     WHERE value IS NOT NULL`,
  );
  const where = `${present(column)} AND NOT EXISTS (SELECT 1 FROM ${ALLOWED} a WHERE a.value = t.${identifier(name)})`;
  return await judgeRowsWhere(table, [column], where, [], 'every value is allowed');
}

export async function judgePattern(
  table: TableView,
  { column: name, pattern }: Check<'pattern'>,
): Promise<Verdict> {
  const column = table.column(name);
  if (!column) return failed(`${sentence(absent(table, name))}.`);
  const where = `${present(column)} AND NOT regexp_full_match(CAST(${identifier(name)} AS VARCHAR), ?)`;
  // An empty table would not look at the pattern.
  await ask(table.connection, `SELECT regexp_full_match('', ?)`, [pattern]);
  return await judgeRowsWhere(table, [column], where, [pattern], 'every value matches');
}

export async function judgeMissing(
  table: TableView,
  { column: name, max }: Check<'missing'>,
): Promise<Verdict> {
  const column = table.column(name);
  if (!column) return failed(`${sentence(absent(table, name))}.`);
  const where = `NOT ${present(column)}`;
  const missing = await countWhere(table, where, []);
  const rate = table.rows === 0 ? 0 : missing / table.rows;
  const found = `${percent(rate)} (${rowsInWords(missing)}) without a value`;
  if (rate <= max) return passed(found, missing);
  return failed(`${found}.`, missing, await examplesOf(table, [column], where, []));
}

export async function judgeUnique(table: TableView, { columns: names }: Check<'unique'>): Promise<Verdict> {
  const columns: Column[] = [];
  for (const name of names) {
    const column = table.column(name);
    if (!column) return failed(`${sentence(absent(table, name))}.`);
    columns.push(column);
  }
  const quoted = columns.map(({ name }) => identifier(name)).join(', ');
  const groups = `SELECT count(*) AS same, min(${table.rowColumn}) AS first, ${quoted} FROM ${table.numbered}
    WHERE ${columns.map(present).join(' AND ')} GROUP BY ${quoted} HAVING count(*) > 1`;
  const [[repeated, kinds]] = (await ask(
    table.connection,
    `SELECT coalesce(sum(same - 1), 0)::DOUBLE, count(*)::DOUBLE FROM (${groups})`,
  )) as [[number, number]];
  if (repeated === 0) return passed('no value stands twice', 0);
  const worst = await ask(
    table.connection,
    `SELECT * FROM (${groups}) ORDER BY same DESC, first LIMIT ${EXAMPLES}`,
  );
  return failed(
    `${rowsInWords(repeated)} repeat what an earlier one has (${count(kinds)} ${kinds === 1 ? 'value stands' : 'values stand'} more than once).`,
    repeated,
    worst.map(([, first, ...cells]) => ({ row: Number(first), cells: cellsOf(columns, cells) })),
  );
}

async function judgeRowsWhere(
  table: TableView,
  columns: readonly Column[],
  bad: string,
  parameters: readonly DuckDBValue[],
  fine: string,
): Promise<Verdict> {
  const rows = await countWhere(table, bad, parameters);
  if (rows === 0) return passed(fine, 0);
  return failed(
    `${rowsInWords(rows)} of ${count(table.rows)} ${rows === 1 ? 'does' : 'do'} not fit.`,
    rows,
    await examplesOf(table, columns, bad, parameters),
  );
}

async function countWhere(
  table: TableView,
  where: string,
  parameters: readonly DuckDBValue[],
): Promise<number> {
  const [[rows]] = (await ask(
    table.connection,
    `SELECT count(*)::DOUBLE FROM data t WHERE ${where}`,
    parameters,
  )) as [[number]];
  return rows;
}

async function examplesOf(
  table: TableView,
  columns: readonly Column[],
  where: string,
  parameters: readonly DuckDBValue[],
): Promise<Verdict['examples']> {
  const quoted = columns.map(({ name }) => identifier(name)).join(', ');
  const found = await ask(
    table.connection,
    `SELECT ${table.rowColumn}, ${quoted} FROM ${table.numbered} t WHERE ${where} ORDER BY ${table.rowColumn} LIMIT ${EXAMPLES}`,
    parameters,
  );
  return found.map(([row, ...cells]) => ({ row: Number(row), cells: cellsOf(columns, cells) }));
}

function cellsOf(columns: readonly Column[], cells: readonly DuckDBValue[]) {
  return Object.fromEntries(columns.map(({ name }, index) => [name, shown(cells[index]!)]));
}

function numberOf(bound: number | string): number | null {
  const number = typeof bound === 'number' || bound.trim() !== '' ? Number(bound) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** ISO 8601, in UTC where it names no zone, or epoch milliseconds. */
function microsOf(bound: number | string): bigint | null {
  const zoned = typeof bound === 'number' || /^\d{4}-\d\d-\d\d$|(Z|[+-]\d\d:?\d\d)$/i.test(bound.trim());
  const ms =
    typeof bound === 'number'
      ? bound
      : Date.parse(zoned ? bound.trim() : `${bound.trim().replace(' ', 'T')}Z`);
  return Number.isFinite(ms) ? BigInt(Math.round(ms)) * 1000n : null;
}

const sentence = (words: string) => words[0]!.toUpperCase() + words.slice(1);
