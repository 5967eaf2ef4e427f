import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api';
import { AppError } from '../../../app/kernel/app-error.ts';

/** Functions that make rows and may stand in a query's FROM. Others read files, or change how this DuckDB works; one of them ends the process. */
const ROW_MAKERS: ReadonlySet<string> = new Set([
  'range',
  'generate_series',
  'unnest',
  'repeat',
  'repeat_row',
  'json_each',
  'json_tree',
]);

/** Functions of values that do more than compute one. */
const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set([
  'write_log',
  'set_config',
  'current_setting',
  'getenv',
  'nextval',
  'currval',
  'sleep_ms',
]);

/**
 * The query as a statement that is ready to be read, if it is one statement that only reads and names no function that could do more. What it
 * says is taken from DuckDB's own parser, not guessed from its words.
 *
 * @throws AppError INVALID_INPUT
 */
export async function checkQuery(
  connection: DuckDBConnection,
  query: string,
): Promise<DuckDBPreparedStatement> {
  if (query.replace(/--.*|[\s;]/g, '') === '') throw refused('nothing');
  const statements = await connection.extractStatements(query);
  // A PIVOT over values that are not listed comes as two: a type of its column names, then the query.
  const isPivot = statements.count === 2 && !/;\s*\S/.test(query);
  if (statements.count !== 1 && !isPivot) throw refused(`${statements.count} statements`);
  if (isPivot) await checkWords(connection, query);
  else await checkTree(connection, query);
  if (isPivot) {
    const names = await statements.prepare(0);
    if (names.statementType !== StatementType.CREATE) throw refused('two statements');
    await names.run();
  }
  const statement = await statements.prepare(statements.count - 1);
  if (statement.statementType !== StatementType.SELECT) {
    throw refused(`a statement of the kind ${StatementType[statement.statementType]}`);
  }
  return statement;
}

async function checkTree(connection: DuckDBConnection, query: string): Promise<void> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($query::VARCHAR)', { query });
  const tree = JSON.parse(String(result.getRows()[0]![0])) as { error: boolean; error_message?: string };
  if (tree.error) throw refused('a statement of another kind');
  visit(tree, false);
}

function visit(node: unknown, makesRows: boolean): void {
  if (typeof node !== 'object' || node === null) return;
  const { function_name: name, type } = node as { function_name?: unknown; type?: unknown };
  if (typeof name === 'string') {
    const lower = name.toLowerCase();
    if (REFUSED_FUNCTIONS.has(lower) || (makesRows && !ROW_MAKERS.has(lower))) throw refusedFunction(name);
  }
  for (const [key, child] of Object.entries(node)) {
    visit(child, type === 'TABLE_FUNCTION' && key === 'function');
  }
}

/** For a query that the parser's tree cannot tell: no word of it may be the name of a function that is not allowed, whatever it stands for. */
async function checkWords(connection: DuckDBConnection, query: string): Promise<void> {
  const result = await connection.runAndReadAll(
    `SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ('table', 'pragma', 'table_macro')`,
  );
  const known = new Set(result.getRows().map(([name]) => String(name)));
  for (const [word] of query.matchAll(/\w+/g)) {
    const lower = word.toLowerCase();
    if (REFUSED_FUNCTIONS.has(lower) || (known.has(lower) && !ROW_MAKERS.has(lower)))
      throw refusedFunction(word);
  }
}

function refused(what: string): AppError {
  return new AppError('INVALID_INPUT', `A query is one statement that reads, not ${what}.`, {
    nextStep: 'Begin with SELECT, FROM, WITH, PIVOT, DESCRIBE or SUMMARIZE.',
    details: { query: what },
  });
}

function refusedFunction(name: string): AppError {
  return new AppError('INVALID_INPUT', `A query may not use the function ${name}.`, {
    nextStep:
      'Read from the tables there are, by their names: data sets, or for runs the views runs, params, metrics and points.',
    details: { function: name },
  });
}
