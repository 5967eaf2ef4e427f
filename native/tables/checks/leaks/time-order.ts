import { type Leak, partsOfSplit } from '../../../../app/contract/data-splits.ts';
import { identifier } from '../../duckdb-session.ts';
import { ordered } from '../split-plan.ts';
import { streamChunks, streamNumbers } from '../stream-numbers.ts';
import { present } from '../table-view.ts';
import { rowsInWords } from '../verdict.ts';
import { step, type Watch } from '../watch.ts';
import { examplesOf, type Search } from './search.ts';

const LOOKING = 'Looking at times';

/** What is held out should come after what is trained on. @param declared the column that someone named; otherwise the only one of times */
export async function timeOrder(
  search: Search,
  declared: string | undefined,
  watch: Watch,
): Promise<Leak | null> {
  const { table, spec, assignment } = search;
  const times = table.columns.filter(({ type }) => type === 'time');
  const column = declared !== undefined ? ordered(table, declared) : times.length === 1 ? times[0]! : null;
  if (!column || (spec.method.kind === 'time' && spec.method.column === column.name)) return null;
  const names = partsOfSplit(spec).map(({ name }) => name);
  const trained = Math.max(0, names.indexOf('train'));
  const sql = identifier(column.name);
  // As numbers times are compared without an object for each; up to the year 2255 they are exact.
  const moment = column.type === 'time' ? `epoch_us(${sql})::DOUBLE` : `${sql}::DOUBLE`;
  const rows = `SELECT ${table.rowColumn}::UINTEGER AS place, ${moment} AS moment FROM ${table.numbered}
    WHERE ${present(column)}${column.type === 'time' ? ` AND isfinite(${sql})` : ''}`;
  const { latest, earliest } = await edges(search, rows, trained, step(watch, 0, 0.5));
  if (!latest || !earliest || latest.moment <= earliest.moment) return null;
  let late = 0;
  await streamNumbers(
    table,
    `SELECT place FROM (${rows}) WHERE moment > $1::DOUBLE`,
    1,
    [step(watch, 0.5, 1), LOOKING],
    ([row]) => {
      if (assignment[row!] === trained) late += 1;
    },
    [earliest.moment],
  );
  return {
    kind: 'time',
    severity: declared === undefined ? 'suspicion' : 'leak',
    columns: [column.name],
    rows: late,
    message: `${rowsInWords(late)} of "${names[trained]}" are later (${column.name}) than the earliest row that is held out.`,
    nextStep: `If the model is to tell the future from the past, make a split by time: ${column.name}.`,
    examples: await examplesOf(search, [[latest.row, earliest.row]], [column]),
  };
}

interface Edge {
  row: number;
  moment: number;
}

/** The latest row that is trained on, and the earliest one that is held out; of those with equal times the first that comes. */
async function edges({ table, assignment }: Search, rows: string, trained: number, watch: Watch) {
  const latest: Edge = { row: -1, moment: Number.NEGATIVE_INFINITY };
  const earliest: Edge = { row: -1, moment: Number.POSITIVE_INFINITY };
  await streamChunks(table, rows, [watch, LOOKING], (chunk) => {
    const [places, moments] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
    const { rowCount } = chunk;
    for (let index = 0; index < rowCount; index++) {
      const row = places.getItem(index) as number;
      const moment = moments.getItem(index) as number;
      if (assignment[row] === trained ? moment <= latest.moment : moment >= earliest.moment) continue;
      const edge = assignment[row] === trained ? latest : earliest;
      edge.row = row;
      edge.moment = moment;
    }
  });
  return {
    latest: latest.row < 0 ? null : latest,
    earliest: earliest.row < 0 ? null : earliest,
  };
}
