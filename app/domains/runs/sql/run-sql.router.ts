import { implement } from '@orpc/server';
import { runSqlContract } from '../../../contract/run-sql.contract.ts';
import type { RunSql } from './run-sql.service.ts';

export function runSqlRouter(runSql: RunSql) {
  const os = implement(runSqlContract);
  return os.router({
    query: os.query.handler(({ input, signal }) => runSql.query(input, signal)),
    verify: os.verify.handler(({ input, signal }) => runSql.verify(input.project, input.runs, signal)),
  });
}
