import type { RunId } from '../../contract/ids.ts';
import type { KeyValue, LoggedModelMetric, TrackedPoint, Tracking } from '../../kernel/ports/tracking.ts';
import { readDataset, readModelInfo } from './input-fields.ts';
import { absent, invalid } from './mlflow-error.ts';
import { checkBatchSize, checkMetric, checkParam, checkTag, limits } from './names-and-limits.ts';
import { pythonRepr } from './python-text.ts';
import { Fields, type JsonObject, missing } from './request-fields.ts';
import { requireActiveRun } from './require-known.ts';
import type { Routes } from './route.ts';

const LOGGED_MODELS_TAG = 'mlflow.log-model.history';

/** A value of a metric with the model and data that it is of. */
interface SentMetric extends TrackedPoint {
  readonly modelId: string;
  readonly datasetName: string;
  readonly datasetDigest: string;
}

export function loggingRoutes(tracking: Tracking): Routes {
  const { runs } = tracking;

  /** Metrics of logged models; each model must be there before anything is written. */
  function modelMetrics(run: RunId, metrics: readonly SentMetric[]) {
    const measured = metrics.filter(({ modelId }) => modelId !== '');
    for (const { modelId } of measured) {
      if (!tracking.loggedModels.find(modelId)) throw absent(`Logged model with ID '${modelId}' not found.`);
    }
    return () => {
      for (const { modelId, datasetName, datasetDigest, ...point } of measured) {
        const metric: LoggedModelMetric = {
          ...point,
          runId: run,
          datasetName: datasetName || null,
          datasetDigest: datasetDigest || null,
        };
        tracking.loggedModels.addMetrics(modelId, [metric]);
      }
    };
  }

  /** Clients log a point again to say of which model it is. */
  const newPoints = (run: RunId, metrics: readonly SentMetric[]): TrackedPoint[] =>
    metrics.map(toPoint).filter((point, index) => metrics[index]!.modelId === '' || !runs.has(run, point));

  /** Parameters that the run does not have yet. @throws MlflowError where it has one with another value */
  function newParams(
    run: RunId,
    params: readonly KeyValue[],
    words: (changed: Change[]) => string,
  ): KeyValue[] {
    if (params.length === 0) return [];
    const known = runs.params(
      run,
      params.map(({ key }) => key),
    );
    const changed = params.filter(({ key, value }) => known.has(key) && known.get(key) !== value);
    if (changed.length > 0)
      throw invalid(
        words(changed.map(({ key, value }) => ({ key, old: known.get(key)!, attempted: value }))),
      );
    return params.filter(({ key }) => !known.has(key));
  }

  return {
    'POST runs/log-metric': ({ fields }) => {
      const id = fields.runId();
      const metric = readMetric(fields);
      // MLflow's server tells this first for a metric of a model.
      if (metric.modelId !== '') requireActiveRun(tracking, id);
      checkMetric(metric);
      const run = requireActiveRun(tracking, id);
      const store = modelMetrics(run.id, [metric]);
      runs.log(run.id, { points: newPoints(run.id, [metric]), params: [], tags: [] });
      store();
      return {};
    },
    'POST runs/log-parameter': ({ fields }) => {
      const id = fields.runId();
      const param = checkParam({ key: fields.requiredText('key'), value: fields.text('value') }, 'key');
      const run = requireActiveRun(tracking, id);
      const params = newParams(
        run.id,
        [param],
        ([{ key, old, attempted } = { key: '', old: '', attempted: '' }]) =>
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}' for run ID='${id}'. Attempted logging new value '${attempted}'.`,
      );
      runs.log(run.id, { points: [], params, tags: [] });
      return {};
    },
    'POST runs/log-batch': ({ fields }) => {
      const id = fields.requiredText('run_id');
      const metrics = fields
        .objects('metrics')
        .map((item, index) => readMetric(withPath(item, `metrics[${index}]`)));
      const sentParams = readPairs(fields, 'params');
      const sentTags = readPairs(fields, 'tags');
      metrics.forEach((metric, index) => {
        checkMetric(metric, `metrics[${index}]`);
      });
      const checked = sentParams.map((param, index) => checkParam(param, `params[${index}].key`));
      const tags = sentTags.map((tag, index) => checkTag(tag, `tags[${index}]`));
      checkBatchSize('metrics', limits.metricsPerBatch, metrics.length);
      checkBatchSize('params', limits.paramsPerBatch, checked.length);
      checkBatchSize('tags', limits.tagsPerBatch, tags.length);
      const items = metrics.length + checked.length + tags.length;
      checkBatchSize('metrics, params, and tags', limits.itemsPerBatch, items);
      requireDistinct(checked);
      const run = requireActiveRun(tracking, id);
      const params = newParams(
        run.id,
        checked,
        (changed) =>
          `Changing param values is not allowed. Params were already logged='[${changed
            .map(
              ({ key, old, attempted }) =>
                `{'key': ${pythonRepr(key)}, 'old_value': ${pythonRepr(old)}, 'new_value': ${pythonRepr(attempted)}}`,
            )
            .join(', ')}]' for run ID='${id}'.`,
      );
      const store = modelMetrics(run.id, metrics);
      runs.log(run.id, { points: newPoints(run.id, metrics), params, tags });
      store();
      return {};
    },
    'POST runs/log-inputs': ({ fields }) => {
      const id = fields.requiredText('run_id');
      const datasets = fields.objects('datasets').map(readDataset);
      const models = fields
        .objects('models')
        .map((model) => ({ modelId: new Fields(model).text('model_id'), step: 0 }));
      const run = requireActiveRun(tracking, id);
      if (datasets.length > 0) runs.addDatasets(run.id, datasets);
      runs.addModels(run.id, 'input', models);
      return {};
    },
    'POST runs/outputs': ({ fields }) => {
      const id = fields.requiredText('run_id');
      if (!fields.has('models')) throw missing('models');
      const models = fields.objects('models').map((model) => {
        const item = new Fields(model);
        return { modelId: item.text('model_id'), step: item.integer('step') ?? 0 };
      });
      runs.addModels(requireActiveRun(tracking, id).id, 'output', models);
      return {};
    },
    'POST runs/log-model': ({ fields }) => {
      const id = fields.requiredText('run_id');
      const model = readModelInfo(fields.requiredText('model_json'));
      const run = requireActiveRun(tracking, id);
      const history = JSON.parse(runs.tag(run.id, LOGGED_MODELS_TAG) ?? '[]') as unknown[];
      const tag = checkTag({ key: LOGGED_MODELS_TAG, value: JSON.stringify([...history, model]) });
      runs.log(run.id, { points: [], params: [], tags: [tag] });
      return {};
    },
  };
}

interface Change {
  readonly key: string;
  readonly old: string;
  readonly attempted: string;
}

const toPoint = ({ key, value, timeMs, step }: SentMetric): TrackedPoint => ({ key, value, timeMs, step });

function readMetric(fields: Fields): SentMetric {
  return {
    key: fields.requiredText('key'),
    value: fields.requiredDouble('value'),
    timeMs: fields.requiredInteger('timestamp'),
    step: fields.integer('step') ?? 0,
    modelId: fields.text('model_id'),
    datasetName: fields.text('dataset_name'),
    datasetDigest: fields.text('dataset_digest'),
  };
}

/** An item of a list whose faults are told with its place: `metrics[3].value`. */
function withPath(item: JsonObject, path: string): Fields {
  for (const name of ['key', 'value', 'timestamp']) {
    const value = item[name];
    if (value === undefined || value === null || value === '') throw missing(`${path}.${name}`);
  }
  return new Fields(item);
}

function readPairs(fields: Fields, name: string): readonly KeyValue[] {
  const pairs = fields.pairs(name);
  for (const [index, { key }] of pairs.entries()) if (key === '') throw missing(`${name}[${index}].key`);
  return pairs;
}

function requireDistinct(params: readonly KeyValue[]): void {
  const keys = params.map(({ key }) => key);
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (twice.length === 0) return;
  throw invalid(
    `Duplicate parameter keys have been submitted: [${twice.map((key) => `'${key}'`).join(', ')}]. Please ensure the request contains only one param value per param key.`,
  );
}
