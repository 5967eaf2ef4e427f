import fs from 'node:fs';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { Answer } from '../../../app/kernel/ports/query-engine.ts';
import { fromDuckdb, openSession } from '../duckdb-session.ts';
import { interruptOnAbort } from '../interrupt-on-abort.ts';
import { checkQuery } from './check-query.ts';
import { fillFed, fillStored } from './fill-tables.ts';
import type { CrossedQuestion } from './messages.ts';
import { toResultCell } from './result-cells.ts';

/** More bytes than these of texts in an answer are refused: it is kept in memory on its way. */
const MOST_TEXT_BYTES = 64 * 1024 * 1024;

/** Fill a DuckDB that reaches no file, ask it, and leave nothing behind. */
export async function answerQuestion(
  question: CrossedQuestion,
  batches: AsyncIterable<readonly Float64Array[]>,
  aborted: AbortSignal,
): Promise<Answer> {
  aborted.throwIfAborted();
  const tooLong = AbortSignal.timeout(question.timeLimitMs);
  const signal = AbortSignal.any([aborted, tooLong]);
  const { connection, close } = await openSession({ spillFolder: question.spillFolder });
  const interrupting = interruptOnAbort(connection, signal);
  try {
    await fillStored(connection, question, signal);
    if (question.fed) await fillFed(connection, question.fed, batches, signal);
    for (const view of question.views) await connection.run(view);
    signal.throwIfAborted();
    const statement = await checkQuery(connection, question.query);
    return await read(statement, question.limit, signal);
  } catch (error) {
    aborted.throwIfAborted();
    if (tooLong.aborted) {
      throw new AppError('TIME_LIMIT', `The query took longer than ${question.timeLimitMs / 1000} s.`, {
        nextStep: 'Ask for less at once, name fewer runs or metrics for `points`, or give it more time.',
        details: { timeLimitMs: question.timeLimitMs },
      });
    }
    throw inWords(error);
  } finally {
    interrupting[Symbol.dispose]();
    close();
    await fs.promises.rm(question.spillFolder, { recursive: true, force: true });
  }
}

async function read(statement: DuckDBPreparedStatement, limit: number, signal: AbortSignal): Promise<Answer> {
  const result = await statement.stream();
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, index) => ({ name, type: String(types[index]) }));
  const rows: Answer['rows'][number][] = [];
  let textBytes = 0;
  while (rows.length <= limit) {
    const chunk = await result.fetchChunk();
    signal.throwIfAborted();
    if (!chunk || chunk.rowCount === 0) break;
    for (const row of chunk.getRows()) {
      const cells = row.map(toResultCell);
      for (const cell of cells) if (typeof cell === 'string') textBytes += cell.length;
      rows.push(cells);
    }
    if (textBytes > MOST_TEXT_BYTES) {
      throw new AppError('TOO_LARGE', 'The texts of the answer take more than 64 MiB.', {
        nextStep: 'Ask for fewer rows or columns.',
      });
    }
  }
  return { columns, rows: rows.slice(0, limit), truncated: rows.length > limit };
}

/** DuckDB's own words for what is wrong with a query name the place; ours say whose fault it is. */
function inWords(error: unknown): unknown {
  const known = fromDuckdb(error);
  if (known instanceof AppError) {
    return known.code === 'TOO_LARGE' && known.cause === error
      ? new AppError('TOO_LARGE', 'The query needs more memory than it may use.', {
          nextStep: 'Ask for less at once, or name fewer runs or metrics for `points`.',
        })
      : known;
  }
  const message = error instanceof Error ? error.message : '';
  const kind =
    /^(?:Failed to extract statements: )?(Parser|Binder|Catalog|Conversion|Invalid Input|Permission|Not implemented|Out of Range|Mismatch Type|Constraint) Error: /.exec(
      message,
    );
  if (!kind) return error;
  return new AppError('INVALID_INPUT', `The query cannot be answered: ${message.slice(kind[0].length)}`, {
    nextStep:
      kind[1] === 'Permission'
        ? 'A query reads the views runs, params, metrics, points, tags, artifacts and data only.'
        : 'DESCRIBE a view to see its columns: runs, params, metrics, points, tags, artifacts, data.',
  });
}
