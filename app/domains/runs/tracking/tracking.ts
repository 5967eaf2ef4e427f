import type { Core } from '../../../kernel/core.ts';
import type { Tracking } from '../../../kernel/ports/tracking.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import type { Projects } from '../../projects/index.ts';
import { createClientFiles, type Spool } from './client-files.ts';
import { createExperimentTracking } from './experiment-tracking.ts';
import { createLoggedModels } from './logged-models.ts';
import { createRunTracking, type RunTrackingParts } from './run-tracking.ts';

export interface TrackingParts extends Omit<RunTrackingParts, 'experiments'> {
  readonly projects: Pick<Projects, 'resolve'>;
  readonly objects: ObjectStore;
  readonly spool: Spool;
}

/** Experiments, runs, logged models and files for programs that log over the network. */
export function createTracking(core: Core, parts: TrackingParts): Tracking {
  const experiments = createExperimentTracking(core, parts);
  return {
    transaction: (body) => core.database.transaction(body),
    experiments,
    runs: createRunTracking(core, { ...parts, experiments }),
    loggedModels: createLoggedModels(core, experiments),
    files: createClientFiles(core, parts),
  };
}
