export { runSqlRouter } from './run-sql.router.ts';
export { createRunSql, type RunSql, type RunSqlQuery } from './run-sql.service.ts';
