export { createRunKeeper } from './run-keeper.ts';
