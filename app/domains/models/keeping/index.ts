export { createModelKeeper } from './model-keeper.ts';
