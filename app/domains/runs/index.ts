export { runsRouter } from './runs.router.ts';
export { createRuns, type NewRun, type Runs } from './runs.service.ts';
