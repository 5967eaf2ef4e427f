import { StatementType } from '@duckdb/node-api';
import type { DataCheck } from '../../../app/contract/data-checks.contract.ts';
import { interruptOnAbort } from '../interrupt-on-abort.ts';
import type { TableView } from './table-view.ts';
import { shown } from './table-view.ts';
import { broken, EXAMPLES, failed, passed, rowsInWords, type Verdict } from './verdict.ts';

/** Rows are counted up to here; a query that gives more is wrong enough. */
const COUNTED_ROWS = 1_000_000;
/** A query that takes longer is broken: an import cannot wait for it. */
const LONGEST_MS = 300_000;

/** The query of a check comes from outside: one statement that reads, in a session that reaches nothing but the table. */
export async function judgeSql(
  { connection }: TableView,
  { sql }: Extract<DataCheck, { kind: 'sql' }>,
  signal: AbortSignal,
): Promise<Verdict> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) return broken(`it has ${statements.count} statements instead of one.`);
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) {
    return broken(`a check reads: it begins with SELECT, FROM or WITH.`);
  }
  const tooLong = AbortSignal.timeout(LONGEST_MS);
  const interrupting = interruptOnAbort(connection, tooLong);
  try {
    const result = await statement.stream();
    const names = result.deduplicatedColumnNames();
    const examples: Verdict['examples'] = [];
    let rows = 0;
    while (rows < COUNTED_ROWS) {
      const chunk = await result.fetchChunk();
      signal.throwIfAborted();
      if (!chunk || chunk.rowCount === 0) break;
      if (rows < EXAMPLES) {
        for (const cells of chunk.getRows().slice(0, EXAMPLES - rows)) {
          examples.push({
            row: null,
            cells: Object.fromEntries(names.map((name, index) => [name, shown(cells[index]!)])),
          });
        }
      }
      rows += chunk.rowCount;
    }
    if (rows === 0) return passed('the query gives no rows', 0);
    return failed(
      `The query gives ${rows >= COUNTED_ROWS ? 'at least ' : ''}${rowsInWords(rows)}.`,
      rows,
      examples,
    );
  } catch (error) {
    if (tooLong.aborted) return broken(`the query took longer than ${LONGEST_MS / 60_000} minutes.`);
    throw error;
  } finally {
    interrupting[Symbol.dispose]();
  }
}
