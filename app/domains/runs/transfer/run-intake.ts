import type { ExperimentId, ProjectId, RunId } from '../../../contract/ids.ts';
import type { MetricStore, RecordedPoint } from '../../../storage/metric-store.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import type { RunRepository } from '../runs.repository.ts';

/** What the runs' service lends to those who put whole runs into the workspace. The calls that write belong in a transaction. */
export interface RunIntake {
  readonly repository: RunRepository;
  readonly metrics: MetricStore;
  readonly objects: ObjectStore;
  /** The experiment of this name, made if it is not there. */
  experimentId(project: ProjectId, name: string): ExperimentId;
  /** The wished name, with `-2`, `-3` … where it is taken. */
  freeName(project: ProjectId, wished: string): string;
  nextColor(project: ProjectId): number;
  /** Tell those who watch the run's metrics. */
  recorded(run: RunId, points: readonly RecordedPoint[]): void;
}
