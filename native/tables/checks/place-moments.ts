import type { DuckDBValue } from '@duckdb/node-api';
import { type DataSplitSpec, partsOfSplit } from '../../../app/contract/data-splits.ts';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { AppError } from '../../../app/kernel/app-error.ts';
import { sqlTypes } from '../column-types.ts';
import { identifier } from '../duckdb-session.ts';
import { StratumCutter, UnitPlacer } from './cut-stratum.ts';
import { plainNumber } from './row-identity.ts';
import { streamChunks, streamNumbers } from './stream-numbers.ts';
import { ask, type TableView } from './table-view.ts';
import { step, type Watch } from './watch.ts';

const MOMENTS = 'moments_of_rows';

/**
 * Put rows into parts by a column's order: equal moments stay together, rows without one come first.
 *
 * @throws AppError as `tooFew` says, for fewer moments than parts
 */
export async function placeMoments(
  table: TableView,
  spec: DataSplitSpec,
  column: Column,
  tooFew: (moments: number) => AppError,
  watch: Watch,
): Promise<Uint8Array> {
  const { connection, rows, rowColumn, numbered } = table;
  const fractions = partsOfSplit(spec).map(({ fraction }) => fraction);
  const moment = column.type === 'number' ? plainNumber(column) : identifier(column.name);
  watch.progress(0, 'Ordering');
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${MOMENTS} AS
     SELECT moment, count(*)::UINTEGER AS rows FROM (SELECT ${moment} AS moment FROM data) GROUP BY moment`,
  );
  const [[moments]] = (await ask(connection, `SELECT count(*)::DOUBLE FROM ${MOMENTS}`)) as [[number]];
  if (moments < fractions.length) throw tooFew(moments);
  const placer = new UnitPlacer(new StratumCutter(fractions, null).cuts(0, rows), moments);
  /** First moments of all parts but the first. */
  const begins: DuckDBValue[] = [];
  await streamChunks(
    table,
    `SELECT rows, moment FROM ${MOMENTS} ORDER BY moment NULLS FIRST`,
    [step(watch, 0.3, 0.6), 'Ordering'],
    (chunk) => {
      const [own, moments] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
      const { rowCount } = chunk;
      for (let index = 0; index < rowCount; index++)
        if (placer.next(own.getItem(index) as number) > begins.length) begins.push(moments.getItem(index));
    },
  );
  await connection.run(`DROP TABLE ${MOMENTS}`);
  const assignment = new Uint8Array(rows);
  const part = begins.map(
    (_, index) => `coalesce(moment >= $${index + 1}::${sqlTypes[column.type]}, FALSE)::UINTEGER`,
  );
  await streamNumbers(
    table,
    `SELECT place, ${part.join(' + ')} FROM (SELECT ${rowColumn}::UINTEGER AS place, ${moment} AS moment FROM ${numbered})`,
    2,
    [step(watch, 0.6, 1), 'Cutting'],
    ([place, own]) => {
      assignment[place!] = own!;
    },
    begins,
  );
  return assignment;
}
