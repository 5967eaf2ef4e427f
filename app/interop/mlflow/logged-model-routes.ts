import type { LoggedModel, LoggedModelSearch, Tracking } from '../../kernel/ports/tracking.ts';
import { listed, loggedModelJson } from './entity-json.ts';
import { absent, invalid } from './mlflow-error.ts';
import { pythonRepr } from './python-text.ts';
import { randomName } from './random-name.ts';
import { Fields, type JsonObject, missing, wrongType } from './request-fields.ts';
import { experimentNumber, requireActiveExperiment, requireLoggedModel } from './require-known.ts';
import type { Routes } from './route.ts';
import { loggedModelTerms } from './search-fields.ts';
import { readFilter, readOrder } from './search-terms.ts';

const USUAL_RESULTS = 100;

export function loggedModelRoutes(tracking: Tracking): Routes {
  const { loggedModels } = tracking;
  /** MLflow's server lets deleted ones be changed, as it only marks them. */
  const known = (segment: (name: string) => string) =>
    requireLoggedModel(tracking, segment('model_id'), true).id;

  return {
    'POST logged-models': ({ fields }) => {
      const experimentId = fields.requiredText('experiment_id');
      const name = fields.text('name');
      if (/[/:.%"']/.test(name)) {
        throw invalid(
          `Invalid model name (${pythonRepr(name)}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
        );
      }
      const experiment = requireActiveExperiment(tracking, experimentId);
      const model = loggedModels.create({
        experimentId: experiment.id,
        name: name || randomName(),
        modelType: fields.text('model_type'),
        sourceRunId: fields.text('source_run_id'),
        params: fields.pairs('params'),
        tags: fields.pairs('tags'),
      });
      return { model: loggedModelJson(model) };
    },
    'GET logged-models/{model_id}': ({ fields, segment }) => ({
      model: loggedModelJson(
        requireLoggedModel(tracking, segment('model_id'), fields.boolean('allow_deleted')),
      ),
    }),
    'PATCH logged-models/{model_id}': ({ fields, segment }) => {
      const id = known(segment);
      loggedModels.setStatus(id, readLoggedModelStatus(fields.raw('status')));
      return { model: loggedModelJson(loggedModels.find(id)!) };
    },
    'DELETE logged-models/{model_id}': ({ segment }) => {
      loggedModels.setDeleted(known(segment));
      return {};
    },
    'PATCH logged-models/{model_id}/tags': ({ fields, segment }) => {
      loggedModels.setTags(known(segment), fields.pairs('tags'));
      return {};
    },
    'DELETE logged-models/{model_id}/tags/{tag_key}': ({ segment }) => {
      const id = known(segment);
      if (!loggedModels.removeTag(id, segment('tag_key')))
        throw absent(
          `No tag with key ${pythonRepr(segment('tag_key'))} found for model with ID ${pythonRepr(id)}.`,
        );
      return {};
    },
    'POST logged-models/{model_id}/params': ({ fields, segment }) => {
      loggedModels.addParams(known(segment), fields.pairs('params'));
      return {};
    },
    'POST logged-models/search': ({ fields }) => {
      if (!fields.has('experiment_ids')) throw missing('experiment_ids');
      const { offset, scope } = readToken(fields);
      const limit = fields.integer('max_results') || USUAL_RESULTS;
      const page = loggedModels.search({
        experimentIds: fields.texts('experiment_ids').map(experimentNumber),
        conditions: readFilter(fields.text('filter'), loggedModelTerms),
        datasets: fields.objects('datasets').map(readDataset),
        order: fields.objects('order_by').map(readSort),
        limit,
        offset,
      });
      return {
        ...listed('models', page.items.map(loggedModelJson)),
        ...(page.more && { next_page_token: writeToken(offset + limit, scope) }),
      };
    },
  };
}

const statuses: Readonly<Record<string, LoggedModel['status']>> = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: 'unspecified',
  LOGGED_MODEL_PENDING: 'pending',
  LOGGED_MODEL_READY: 'ready',
  LOGGED_MODEL_UPLOAD_FAILED: 'failed',
  0: 'unspecified',
  1: 'pending',
  2: 'ready',
  3: 'failed',
};

function readLoggedModelStatus(value: unknown): LoggedModel['status'] {
  if (value === undefined || value === null) throw missing('status');
  const status = statuses[String(value)];
  if (status === undefined) throw wrongType('status', value);
  return status;
}

function readDataset(item: JsonObject): LoggedModelSearch['datasets'][number] {
  const fields = new Fields(item);
  const name = fields.text('dataset_name');
  if (name === '') throw invalid('`dataset_name` in the `datasets` clause must be specified.');
  return { name, digest: fields.text('dataset_digest') || null };
}

function readSort(item: JsonObject): LoggedModelSearch['order'][number] {
  const fields = new Fields(item);
  const name = fields.text('field_name');
  const dot = name.indexOf('.');
  // A metric's name is taken as it stands, whatever characters it has.
  if (dot >= 0 && name.slice(0, dot) !== 'metrics')
    throw invalid(`Invalid order by field name: ${name}. Only metrics are supported.`);
  if (dot < 0 && !loggedModelTerms.sortable.includes(name))
    throw invalid(`Invalid order by field name: ${name}`);
  const [sort] = dot < 0 ? readOrder([name], loggedModelTerms) : [];
  return {
    entity: sort?.entity ?? 'metric',
    key: sort?.key ?? name.slice(dot + 1),
    descending: fields.has('ascending') && !fields.boolean('ascending'),
    datasetName: fields.text('dataset_name') || null,
    datasetDigest: fields.text('dataset_digest') || null,
  };
}

/** The token repeats what was searched, so that pages of different searches are not mixed. */
function readToken(fields: Fields): { offset: number; scope: string } {
  const scope = JSON.stringify([
    fields.texts('experiment_ids'),
    fields.text('filter'),
    fields.list('order_by'),
  ]);
  const token = fields.text('page_token');
  if (token === '') return { offset: 0, scope };
  let sent: { offset?: unknown; scope?: unknown };
  try {
    sent = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
  } catch {
    throw invalid(`Invalid page token: ${token}.`);
  }
  if (sent.scope !== scope)
    throw invalid('The page token is of another search: experiments, filter or order differ.');
  return { offset: Number(sent.offset), scope };
}

const writeToken = (offset: number, scope: string): string =>
  Buffer.from(JSON.stringify({ offset, scope })).toString('base64');
