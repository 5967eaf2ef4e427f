export { snapshotCode, type TakenSnapshot } from './code/snapshot-code.ts';
export { createRunKeeper } from './keeping/index.ts';
export type { NewRun } from './run-making.ts';
export type { RunTarget } from './run-target.ts';
export { runsRouter } from './runs.router.ts';
export { createRuns, type Runs } from './runs.service.ts';
export { createRunSql, type RunSql, runSqlRouter } from './sql/index.ts';
export { createTransfer, type Transfer, transferRouter } from './transfer/index.ts';
export { createViews, type Views, viewsRouter } from './views/index.ts';
