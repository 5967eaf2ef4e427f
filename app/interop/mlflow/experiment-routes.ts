import { AppError } from '../../kernel/app-error.ts';
import type { LifecycleView, SortKey, Tracking } from '../../kernel/ports/tracking.ts';
import { experimentJson, listed } from './entity-json.ts';
import { absent, invalid, MlflowError } from './mlflow-error.ts';
import { checkExperimentName, checkExperimentTag } from './names-and-limits.ts';
import { nextPage, readPageToken } from './page-token.ts';
import { type Fields, wrongType } from './request-fields.ts';
import { experimentNumber, requireActiveExperiment, requireExperiment } from './require-known.ts';
import type { Routes } from './route.ts';
import { experimentTerms } from './search-fields.ts';
import { readFilter, readOrder } from './search-terms.ts';

const MOST_EXPERIMENTS = 50_000;

export function experimentRoutes(tracking: Tracking): Routes {
  const { experiments } = tracking;

  function search({ fields }: { readonly fields: Fields }) {
    const limit = readMaxResults(fields, MOST_EXPERIMENTS);
    const offset = readPageToken(fields.text('page_token'));
    const conditions = readFilter(fields.text('filter'), experimentTerms).map((condition) => {
      if (condition.entity !== 'attribute' || condition.key !== 'experiment_id') return condition;
      const value = condition.value;
      return {
        ...condition,
        value: Array.isArray(value) ? value.map(experimentNumber) : Number(experimentNumber(String(value))),
      };
    });
    const page = experiments.search(readView(fields.raw('view_type')), {
      conditions,
      order: orderOf(fields.texts('order_by')),
      limit,
      offset,
    });
    return {
      ...listed('experiments', page.items.map(experimentJson)),
      ...nextPage(page.more, offset, limit),
    };
  }

  return {
    'POST experiments/create': ({ fields }) => {
      const name = fields.requiredText('name');
      const artifactLocation = fields.text('artifact_location');
      const tags = fields.pairs('tags');
      checkExperimentName(name);
      tags.forEach(checkExperimentTag);
      checkLocation(artifactLocation);
      const { id } = taken(
        () => experiments.create({ name, artifactLocation: artifactLocation || null, tags }),
        new MlflowError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists.`),
      );
      return { experiment_id: id };
    },
    'GET experiments/get': ({ fields }) => ({
      experiment: experimentJson(requireExperiment(tracking, fields.requiredText('experiment_id'))),
    }),
    'GET experiments/get-by-name': ({ fields }) => {
      const name = fields.requiredText('experiment_name');
      const found = experiments.byName(name);
      if (!found) throw absent(`Could not find experiment with name '${name}'`);
      return { experiment: experimentJson(found) };
    },
    'POST experiments/search': search,
    'GET experiments/search': search,
    'POST experiments/update': ({ fields }) => {
      const id = fields.requiredText('experiment_id');
      const name = fields.requiredText('new_name');
      checkExperimentName(name);
      const experiment = requireExperiment(tracking, id);
      if (experiment.deleted)
        throw new MlflowError('INVALID_STATE', 'Cannot rename a non-active experiment.');
      if (name !== experiment.name) {
        taken(
          () => experiments.rename(experiment.id, name),
          new MlflowError('BAD_REQUEST', `Experiment(name=${name}) already exists.`),
        );
      }
      return {};
    },
    'POST experiments/delete': ({ fields }) => {
      const experiment = requireExperiment(tracking, fields.requiredText('experiment_id'));
      if (experiment.deleted) throw absent(`No Experiment with id=${experiment.id} exists`);
      experiments.setDeleted(experiment.id, true);
      return {};
    },
    'POST experiments/restore': ({ fields }) => {
      const experiment = requireExperiment(tracking, fields.requiredText('experiment_id'));
      if (!experiment.deleted) throw absent(`No Experiment with id=${experiment.id} exists`);
      experiments.setDeleted(experiment.id, false);
      return {};
    },
    'POST experiments/set-experiment-tag': ({ fields }) => {
      const id = fields.requiredText('experiment_id');
      const tag = { key: fields.requiredText('key'), value: fields.text('value') };
      checkExperimentTag(tag);
      experiments.setTag(requireActiveExperiment(tracking, id).id, tag);
      return {};
    },
    'POST experiments/delete-experiment-tag': ({ fields }) => {
      const id = fields.requiredText('experiment_id');
      const key = fields.requiredText('key');
      const experiment = requireActiveExperiment(tracking, id);
      if (!experiments.removeTag(experiment.id, key))
        throw absent(`No tag with name: ${key} in experiment with id ${id}`);
      return {};
    },
    'POST experiments/search-datasets': ({ fields }) => ({
      ...listed(
        'dataset_summaries',
        tracking.runs.datasets(fields.texts('experiment_ids').map(experimentNumber)).map((dataset) => ({
          experiment_id: dataset.experimentId,
          name: dataset.name,
          digest: dataset.digest,
          ...(dataset.context !== null && { context: dataset.context }),
        })),
      ),
    }),
  };
}

/** `max_results` of a search that must have one. @throws MlflowError */
export function readMaxResults(fields: Fields, most: number): number {
  const limit = fields.integer('max_results') ?? 0;
  if (limit < 1)
    throw invalid(
      `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`,
    );
  if (limit > most)
    throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be at most ${most}`);
  return limit;
}

/** By name or by the number that the protocol gives it. */
export function readView(value: unknown): LifecycleView {
  const views: Readonly<Record<string, LifecycleView>> = {
    ACTIVE_ONLY: 'active',
    DELETED_ONLY: 'deleted',
    ALL: 'all',
    1: 'active',
    2: 'deleted',
    3: 'all',
  };
  if (value === undefined || value === null) return 'active';
  const view = views[String(value)];
  if (view === undefined) throw wrongType('view_type', value);
  return view;
}

/** What the caller ordered by, then the number of the experiment, so that pages never overlap. */
function orderOf(entries: readonly string[]): SortKey<'attribute' | 'tag'>[] {
  const wanted = readOrder(
    entries.length > 0 ? entries : ['creation_time DESC', 'experiment_id ASC'],
    experimentTerms,
  );
  const other = wanted.find(({ entity }) => entity !== 'attribute');
  if (other) throw invalid(`Invalid order_by entity: ${other.entity}`);
  if (wanted.some(({ key }) => key === 'experiment_id')) return wanted;
  return [...wanted, { entity: 'attribute', key: 'experiment_id', descending: true }];
}

function checkLocation(location: string): void {
  if (/^runs:/.test(location))
    throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  if (/[#?]/.test(location) || location.split('/').includes('..'))
    throw invalid(`Invalid artifact location: '${location}'.`);
}

/** Do something that a name may be taken for, and say so in the client's words. */
export function taken<T>(action: () => T, words: MlflowError): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof AppError && error.code === 'ALREADY_EXISTS') throw words;
    throw error;
  }
}
