import { toWireNumber } from '../../contract/wire.ts';
import type {
  LoggedModel,
  RunState,
  TrackedExperiment,
  TrackedPoint,
  TrackedRun,
} from '../../kernel/ports/tracking.ts';
import { clientStatuses } from './run-status.ts';

/** Things as MLflow's clients read them: the JSON form of its protocol, in which what is empty is left out. */

const lifecycle = (deleted: boolean): string => (deleted ? 'deleted' : 'active');

/** A list that is left out where it is empty. */
export const listed = <Name extends string, T>(
  name: Name,
  items: readonly T[],
): { [K in Name]?: readonly T[] } =>
  (items.length > 0 ? { [name]: items } : {}) as { [K in Name]?: readonly T[] };

export function experimentJson(experiment: TrackedExperiment) {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: lifecycle(experiment.deleted),
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    ...listed('tags', experiment.tags),
    workspace: 'default',
  };
}

export function runInfoJson(run: RunState) {
  return {
    run_uuid: run.id,
    experiment_id: run.experimentId,
    run_name: run.name,
    user_id: run.userId,
    status: clientStatuses[run.status],
    start_time: run.startedAt,
    ...(run.endedAt !== null && { end_time: run.endedAt }),
    artifact_uri: run.artifactLocation,
    lifecycle_stage: lifecycle(run.deleted),
    run_id: run.id,
  };
}

export const metricJson = ({ key, value, timeMs, step }: TrackedPoint) => ({
  key,
  value: toWireNumber(value),
  timestamp: timeMs,
  step,
});

export function runJson(run: TrackedRun) {
  return {
    info: runInfoJson(run),
    data: {
      ...listed('metrics', run.metrics.map(metricJson)),
      ...listed('params', run.params),
      ...listed('tags', run.tags),
    },
    inputs: {
      ...listed(
        'dataset_inputs',
        run.datasets.map(({ tags, ...dataset }) => ({
          ...listed('tags', tags),
          dataset: {
            name: dataset.name,
            digest: dataset.digest,
            source_type: dataset.sourceType,
            source: dataset.source,
            ...(dataset.schema !== null && { schema: dataset.schema }),
            ...(dataset.profile !== null && { profile: dataset.profile }),
          },
        })),
      ),
      ...listed(
        'model_inputs',
        run.inputModels.map((model_id) => ({ model_id })),
      ),
    },
    outputs: {
      ...listed(
        'model_outputs',
        run.outputModels.map(({ modelId, step }) => ({ model_id: modelId, step })),
      ),
    },
  };
}

const loggedModelStatuses: Readonly<Record<LoggedModel['status'], string>> = {
  pending: 'LOGGED_MODEL_PENDING',
  ready: 'LOGGED_MODEL_READY',
  failed: 'LOGGED_MODEL_UPLOAD_FAILED',
  unspecified: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
};

export function loggedModelJson(model: LoggedModel) {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactLocation,
      status: loggedModelStatuses[model.status],
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      ...listed('tags', model.tags),
    },
    data: {
      ...listed('params', model.params),
      ...listed(
        'metrics',
        model.metrics.map((metric) => ({
          ...metricJson(metric),
          ...(metric.datasetName !== null && { dataset_name: metric.datasetName }),
          ...(metric.datasetDigest !== null && { dataset_digest: metric.datasetDigest }),
          model_id: model.id,
          run_id: metric.runId,
        })),
      ),
    },
  };
}
