import type { LoggedModel, RunState, TrackedExperiment, Tracking } from '../../kernel/ports/tracking.ts';
import { absent, invalid } from './mlflow-error.ts';

/** What a request names and must be there, or be there and not deleted. */

const stage = (deleted: boolean): string => (deleted ? 'deleted' : 'active');

/** @throws MlflowError where the id is no number */
export function experimentNumber(id: string): string {
  if (!/^\s*[+-]?\d+\s*$/.test(id))
    throw invalid(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  return String(Number(id));
}

export function requireExperiment(tracking: Tracking, id: string): TrackedExperiment {
  const number = experimentNumber(id);
  const found = tracking.experiments.find(number);
  if (found) return found;
  throw absent(`No Experiment with id=${number} exists`);
}

export function requireActiveExperiment(tracking: Tracking, id: string): TrackedExperiment {
  const experiment = requireExperiment(tracking, id);
  if (!experiment.deleted) return experiment;
  throw invalid(
    `The experiment ${experiment.id} must be in the 'active' state. Current state is ${stage(true)}.`,
  );
}

export function requireRun(tracking: Tracking, id: string): RunState {
  const found = tracking.runs.state(id);
  if (found) return found;
  throw absent(`Run with id=${id} not found`);
}

export function requireActiveRun(tracking: Tracking, id: string): RunState {
  const run = requireRun(tracking, id);
  if (!run.deleted) return run;
  throw invalid(`The run ${run.id} must be in the 'active' state. Current state is ${stage(true)}.`);
}

export function requireLoggedModel(tracking: Tracking, id: string, orDeleted = false): LoggedModel {
  const found = tracking.loggedModels.find(id);
  if (found && (orDeleted || !found.deleted)) return found;
  throw absent(`Logged model with ID '${id}' not found.`);
}
