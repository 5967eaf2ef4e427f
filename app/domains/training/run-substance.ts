import type { NewRun } from '../runs/index.ts';

/** The part of a run that what it executes decides; who asked for it, and what for, is for the caller to add. */
export type RunSubstance = Pick<
  NewRun,
  | 'name'
  | 'template'
  | 'target'
  | 'params'
  | 'inputs'
  | 'recipe'
  | 'code'
  | 'resources'
  | 'scheduling'
  | 'files'
>;
