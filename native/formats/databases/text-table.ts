import { AppError } from '../../../app/kernel/app-error.ts';
import type { TextTable } from '../../../app/kernel/ports/database-queries.ts';
import { copyRows } from '../../tables/copy-rows.ts';
import { identifier, inSession, text, writing } from '../../tables/duckdb-session.ts';

/** See `DatabaseQueries.fromText`. */
export async function convertText(
  { csvPath, destinationPath, columns }: TextTable,
  signal: AbortSignal,
): Promise<{ rows: number }> {
  const declared = columns
    .map(({ name, type }) => `${text(name)}: ${text(type === 'HEX' ? 'VARCHAR' : type)}`)
    .join(', ');
  const selected = columns
    .map(({ name, type }) => {
      const value = identifier(name);
      return type === 'HEX' ? `from_hex(substr(${value}, 3)) AS ${value}` : value;
    })
    .join(', ');
  const files = [csvPath, destinationPath];
  return inSession(
    { files, beside: destinationPath, signal, ...writing({ columns: columns.length }) },
    async (connection) => {
      try {
        const { rows } = await copyRows(
          connection,
          `SELECT ${selected} FROM read_csv(${text(csvPath)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
             nullstr = '', allow_quoted_nulls = false, strict_mode = true, max_line_size = 16000000, buffer_size = 32000000, parallel = false, columns = {${declared}})`,
          destinationPath,
        );
        return { rows };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Error) || /^(Out of Memory|INTERRUPT|IO Error)/.test(error.message))
          throw error;
        throw new AppError(
          'DATA_MALFORMED',
          `A value of the query's result does not fit its column: ${error.message.split('\n')[0]}`,
          {
            nextStep: 'Cast the column to text in the query.',
            cause: error,
          },
        );
      }
    },
  );
}
