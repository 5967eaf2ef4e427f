import os from 'node:os';
import type { Core } from '../../kernel/core.ts';
import type { Telemetry } from '../../kernel/ports/telemetry.ts';
import type { Tracking } from '../../kernel/ports/tracking.ts';
import { createMetricStore } from '../../storage/metric-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { createUploads, type Datasets, type Splits } from '../datasets/index.ts';
import type { Projects } from '../projects/index.ts';
import { createQueue } from './queue.ts';
import { createRunLookup } from './run-lookup.ts';
import { createRunMaking } from './run-making.ts';
import { createRunNaming } from './run-naming.ts';
import { prepareRun } from './run-prepare.ts';
import { createRunQueue } from './run-queue.ts';
import { createRunReading } from './run-reading.ts';
import { createRunRemoval } from './run-removal.ts';
import { createRunSupervisor } from './run-supervisor.ts';
import type { RunTarget } from './run-target.ts';
import type { EnergyPrice } from './run-view.ts';
import { createRunRepository } from './runs.repository.ts';
import { createRunSearch } from './search/run-search.ts';
import { createRunChanges } from './table/change-runs.ts';
import { createRunTelemetry } from './telemetry/run-telemetry.ts';
import { type ModelFolder, modelFolder } from './tracking/model-folder.ts';
import { createTracking } from './tracking/tracking.ts';
import type { RunIntake } from './transfer/run-intake.ts';

export interface RunParts {
  readonly projects: Projects;
  readonly datasets: Pick<Datasets, 'versionById' | 'checkout' | 'checkoutPath'>;
  readonly splits: Pick<Splits, 'folder'>;
  readonly objects: ObjectStore;
  /** @throws AppError NOT_FOUND */
  readonly target: (name: string) => RunTarget;
  readonly telemetry: Telemetry;
  readonly slots: () => number;
  readonly energyPrice: () => EnergyPrice;
}

/** Everything that is known of runs and done with them. */
export interface Runs
  extends ReturnType<typeof createRunReading>,
    ReturnType<typeof createRunChanges>,
    ReturnType<typeof createRunRemoval>,
    ReturnType<typeof createRunQueue>,
    ReturnType<typeof createRunMaking> {
  /** For domains/runs/transfer, which takes in runs from other tools' files. */
  readonly intake: RunIntake;
  /** For programs that log over the network. */
  readonly tracking: Tracking;
  /** What the folder of a model holds that such a program uploaded; null where there is none. */
  modelFolder(location: string): ModelFolder | null;
  /** Runs that are queued or running, by target. */
  activeByTarget(): Record<string, number>;
  /** Take up what a former core left. */
  recover(): Promise<void>;
  busy(): boolean;
  close(): Promise<void>;
}

export function createRuns(core: Core, parts: RunParts): Runs {
  const { database, clock } = core;
  const repository = createRunRepository(database);
  const metrics = createMetricStore(database);
  const queue = createQueue(database);
  const telemetry = createRunTelemetry({
    telemetry: parts.telemetry,
    clock,
    log: core.log,
    record(runId, points) {
      database.transaction(() => metrics.append(runId, points));
      supervisor.points.emit({ runId, points });
    },
    energy: (run, wattHours, sampledMs) => repository.addEnergy(run, wattHours, sampledMs),
  });
  const supervisor = createRunSupervisor(core, {
    ...parts,
    repository,
    metrics,
    telemetry,
    paused: queue.paused,
    prepare: (run, context) => prepareRun(core, parts, run, context),
    async capacity(gpusWanted) {
      const gpus = gpusWanted ? await parts.telemetry.gpus().catch((error: unknown) => messageOf(error)) : [];
      return {
        slots: parts.slots(),
        memoryBytes: os.totalmem(),
        gpus: typeof gpus === 'string' ? gpus : gpus.map(({ id, index, vendor }) => ({ id, index, vendor })),
      };
    },
  });

  const naming = createRunNaming(core, repository);
  const lookup = createRunLookup(core, {
    repository,
    metrics,
    waitingFor: supervisor.waitingFor,
    energyPrice: parts.energyPrice,
  });
  const tracking = createTracking(core, {
    ...parts,
    repository,
    metrics,
    spool: createUploads(core),
    nextColor: (run) => naming.nextColor(lookup.row(run).projectId),
    onPoints: (runId, points) => supervisor.points.emit({ runId, points }),
  });
  const shared = {
    ...parts,
    ...{ repository, metrics, queue, naming, lookup, supervisor, tracking },
    search: createRunSearch({ database, clock }),
  };

  return {
    ...createRunReading(core, shared),
    ...createRunChanges(core, shared),
    ...createRunRemoval(core, shared),
    ...createRunQueue(core, shared),
    ...createRunMaking(core, shared),
    intake: {
      repository,
      metrics,
      objects: parts.objects,
      experimentId: naming.experimentId,
      freeName: naming.freeName,
      nextColor: naming.nextColor,
      recorded: (runId, points) => supervisor.points.emit({ runId, points }),
    },
    tracking,
    modelFolder: (location) => modelFolder({ database, objects: parts.objects }, location),
    activeByTarget: () => repository.activeByTarget(),
    recover: () => supervisor.recover(),
    busy: () => supervisor.busy(),
    close: () => supervisor.close(),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
