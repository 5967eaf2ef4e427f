import type { DuckDBConnection } from '@duckdb/node-api';
import { type CsvScan, scanCsv } from './csv-scan.ts';
import { identifier, list, rowsOf, text } from './duckdb-session.ts';
import { asMalformed, type PlanOptions, pathsOf, type TablePlan } from './loading.ts';
import { malformed } from './malformed.ts';
import type { TextSource } from './text-chunks.ts';

interface Scanned {
  readonly source: TextSource;
  readonly scan: CsvScan;
}

/** Check CSV or TSV files, see that their columns agree, find types that hold all of them, and say how to load them. */
export async function planCsv(
  sources: readonly TextSource[],
  { ask, signal, onBytes }: PlanOptions,
  extension: string,
): Promise<TablePlan> {
  const delimiter = extension === 'csv' ? {} : { delimiter: '\t' };
  const scanned: Scanned[] = [];
  for (const source of sources) {
    const scan = await scanCsv(source, { ...delimiter, signal, onBytes });
    const first = scanned[0];
    if (first) agree(first, { source, scan });
    scanned.push({ source, scan });
  }
  const { columns } = scanned[0]!.scan;
  let types: string[] = columns.map(() => '');
  for (const one of scanned) {
    const found = await ask(sizeOf([one]), (connection) => sniffTypes(connection, one));
    types = types.map((type, index) => widen(type, found[index]!));
  }
  types = await ask(sizeOf(scanned), (connection) => keepLongNumbers(connection, scanned, types));
  return {
    select: groupsOf(scanned)
      .map((group) => selectFrom(group, types))
      .join(' UNION ALL '),
    ...sizeOf(scanned),
    rows: scanned.reduce((sum, { scan }) => sum + scan.rows, 0),
    guess: 'numbers and times',
  };
}

function sizeOf(scanned: readonly Scanned[]) {
  return { columns: scanned[0]!.scan.columns.length, longestRecordBytes: longest(scanned) };
}

function selectFrom(group: readonly Scanned[], types: readonly string[]): string {
  const { scan } = group[0]!;
  const named = scan.columns.map((column, index) => `${text(column)}: ${text(types[index]!)}`).join(', ');
  return `SELECT * FROM read_csv(${pathsOf(group.map(({ source }) => source))}, auto_detect = false,
    columns = {${named}}, ${dialect(scan, longest(group))})`;
}

/** A column with whole numbers beyond 64 bits (identifiers, as a rule) stays text: as a double it would lose digits. */
async function keepLongNumbers(
  connection: DuckDBConnection,
  scanned: readonly Scanned[],
  types: readonly string[],
): Promise<string[]> {
  const kept = [...types];
  const doubles = types.flatMap((type, index) => (type === 'DOUBLE' ? [index] : []));
  const asText = types.map(() => 'VARCHAR');
  for (const one of doubles.length === 0 ? [] : scanned.filter(({ scan }) => scan.longDigits)) {
    const asked = doubles.map(
      (index) =>
        `coalesce(bool_or(regexp_full_match(trim(${identifier(one.scan.columns[index]!)}), '[+-]?[0-9]{19,}')), false)`,
    );
    const [answers] = await rowsOf(
      connection,
      `SELECT ${asked.join(', ')} FROM (${selectFrom([one], asText)})`,
    );
    doubles.forEach((index, at) => {
      if (answers![at] === true) kept[index] = 'VARCHAR';
    });
  }
  return kept;
}

function agree(first: Scanned, other: Scanned): void {
  const [a, b] = [first.scan.columns, other.scan.columns];
  if (a.length === b.length && a.every((column, index) => column === b[index])) return;
  const missing = a.find((column) => !b.includes(column));
  const extra = b.find((column) => !a.includes(column));
  const difference =
    missing !== undefined
      ? `the column "${missing}" of ${first.source.name} is missing here`
      : extra !== undefined
        ? `the column "${extra}" is not in ${first.source.name}`
        : `the columns stand in another order than in ${first.source.name}`;
  throw malformed(
    other.source.name,
    1,
    difference,
    'Files of one table have the same columns in the same order; import the others as a data set of their own.',
    'columns-differ',
  );
}

async function sniffTypes(connection: DuckDBConnection, { source, scan }: Scanned): Promise<string[]> {
  const sql = `DESCRIBE SELECT * FROM read_csv(${pathsOf([source])}, auto_detect = true, sample_size = -1,
    auto_type_candidates = ['BOOLEAN', 'BIGINT', 'DOUBLE', 'VARCHAR'], names = ${list(scan.columns)},
    ${dialect(scan, scan.longestRecordBytes)})`;
  try {
    return (await rowsOf(connection, sql)).map((row) => String(row[1]));
  } catch (error) {
    throw asMalformed(error, [source]);
  }
}

/** The type that holds values of both; text holds everything. */
function widen(a: string, b: string): string {
  if (a === '' || a === b) return b;
  return [a, b].every((type) => type === 'BIGINT' || type === 'DOUBLE') ? 'DOUBLE' : 'VARCHAR';
}

/** What is written alike and stands together is read by one call. */
function groupsOf(scanned: readonly Scanned[]): Scanned[][] {
  const groups: Scanned[][] = [];
  for (const one of scanned) {
    const last = groups.at(-1) ?? [];
    if (last[0] && alike(last[0].scan, one.scan)) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

function alike(a: CsvScan, b: CsvScan): boolean {
  return a.delimiter === b.delimiter && a.header === b.header && a.blankLinesAbove === b.blankLinesAbove;
}

function longest(group: readonly Scanned[]): number {
  return group.reduce((most, { scan }) => Math.max(most, scan.longestRecordBytes), 0);
}

/** The scan already refused what is ragged, so the loader may be lenient: it only has to agree with the scan. */
function dialect(scan: CsvScan, longestRecordBytes: number): string {
  const lineBytes = Math.max(2_097_152, longestRecordBytes * 2);
  return `delim = ${text(scan.delimiter)}, quote = '"', escape = '"', header = ${scan.header}, skip = ${scan.blankLinesAbove}, nullstr = [''],
    allow_quoted_nulls = true, null_padding = false, strict_mode = false, compression = 'none',
    max_line_size = ${lineBytes}, buffer_size = ${lineBytes * 2}`;
}
