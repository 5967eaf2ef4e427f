import type { JobState } from '../../contract/jobs.contract.ts';
import type { Condition, ExperimentEntity, RunEntity } from '../../kernel/ports/tracking.ts';
import { clientStatuses } from './run-status.ts';
import { comparators, type SearchTerms } from './search-terms.ts';

const runEntities: Readonly<Record<string, RunEntity>> = {
  metric: 'metric',
  metrics: 'metric',
  parameter: 'param',
  parameters: 'param',
  param: 'param',
  params: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attr: 'attribute',
  attributes: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
};

const runAliases = {
  created: 'start_time',
  Created: 'start_time',
  'run name': 'run_name',
  'Run name': 'run_name',
  'Run Name': 'run_name',
};

/** What runs are searched by. */
export const runTerms: SearchTerms<RunEntity> = {
  entity: (prefix) => (prefix === null ? 'attribute' : runEntities[prefix]),
  unknownEntity: (prefix) =>
    `Invalid entity type '${prefix}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']`,
  attributes: {
    run_id: 'text',
    run_name: 'text',
    user_id: 'text',
    status: 'text',
    artifact_uri: 'text',
    start_time: 'number',
    end_time: 'number',
    created: 'number',
    Created: 'number',
    'run name': 'text',
    'Run name': 'text',
    'Run Name': 'text',
  },
  aliases: runAliases,
  sortable: [
    'run_id',
    'run_name',
    'user_id',
    'status',
    'artifact_uri',
    'start_time',
    'end_time',
    'created',
    'Created',
  ],
  listed: ['run_id'],
  comparators(entity, key) {
    if (entity === 'metric' || (entity === 'attribute' && (key === 'start_time' || key === 'end_time')))
      return comparators.NUMERIC;
    return entity === 'param' || entity === 'tag' ? comparators.KEYED : comparators.TEXT;
  },
};

/** A condition on the state with Lathe's states in place of the words of clients. */
export function withOwnStatus(condition: Condition<RunEntity>): Condition<RunEntity> {
  if (condition.entity !== 'attribute' || condition.key !== 'status') return condition;
  const states = Object.keys(clientStatuses) as JobState[];
  const chosen = states.filter((state) => matches(clientStatuses[state], condition));
  return { ...condition, comparator: 'IN', value: chosen };
}

function matches(word: string, { comparator, value }: Condition): boolean {
  if (comparator === '=') return word === value;
  if (comparator === '!=') return word !== value;
  if (comparator === 'IN') return (value as readonly string[]).includes(word);
  if (comparator === 'NOT IN') return !(value as readonly string[]).includes(word);
  const pattern = String(value)
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%/g, '.*')
    .replace(/_/g, '.');
  return new RegExp(`^${pattern}$`, comparator === 'ILIKE' ? 'is' : 's').test(word);
}

/** Terms of what has attributes and tags only. */
function attributesAndTags(
  attributes: SearchTerms<ExperimentEntity>['attributes'],
  more: Pick<SearchTerms<ExperimentEntity>, 'sortable' | 'listed' | 'comparators'> &
    Partial<SearchTerms<ExperimentEntity>>,
): SearchTerms<ExperimentEntity> {
  return {
    entity: (prefix) =>
      prefix === null || prefix === 'attribute'
        ? 'attribute'
        : prefix === 'tag' || prefix === 'tags'
          ? 'tag'
          : undefined,
    unknownEntity: (prefix) =>
      `Invalid entity type '${prefix}'. Valid entity types are ('attribute', 'tag', 'tags')`,
    attributes,
    ...more,
  };
}

const ID_COMPARATORS = ['=', '!=', 'IN', 'NOT IN'] as const;
const TAG_COMPARATORS = ['!=', '=', 'LIKE', 'ILIKE'] as const;

export const experimentTerms = attributesAndTags(
  { name: 'text', experiment_id: 'text', creation_time: 'number', last_update_time: 'number' },
  {
    sortable: ['name', 'experiment_id', 'creation_time', 'last_update_time'],
    listed: ['experiment_id'],
    caseOfComparators: true,
    comparators(entity, key) {
      if (entity === 'tag') return comparators.KEYED;
      if (key === 'experiment_id') return ID_COMPARATORS;
      return key === 'name' ? TAG_COMPARATORS : comparators.NUMERIC;
    },
  },
);

export const registeredModelTerms = attributesAndTags(
  { name: 'text' },
  {
    sortable: ['name', 'creation_timestamp', 'last_updated_timestamp', 'timestamp'],
    listed: ['name'],
    comparators: (entity) => (entity === 'tag' ? TAG_COMPARATORS : comparators.TEXT),
  },
);

export const modelVersionTerms = attributesAndTags(
  { name: 'text', version_number: 'number', run_id: 'text', source_path: 'text' },
  {
    sortable: ['name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'],
    listed: ['name', 'run_id'],
    comparators(entity, key) {
      if (entity === 'tag') return TAG_COMPARATORS;
      return key === 'version_number' ? comparators.NUMERIC : comparators.TEXT;
    },
  },
);

const loggedModelEntities: Readonly<Record<string, RunEntity>> = {
  attributes: 'attribute',
  metrics: 'metric',
  params: 'param',
  tags: 'tag',
};

const loggedModelAliases = {
  creation_time: 'creation_timestamp_ms',
  creation_timestamp: 'creation_timestamp_ms',
  last_updated_timestamp: 'last_updated_timestamp_ms',
};

const loggedModelAttributes = {
  name: 'text',
  model_id: 'text',
  model_type: 'text',
  status: 'text',
  source_run_id: 'text',
  experiment_id: 'number',
  creation_time: 'number',
  creation_timestamp: 'number',
  creation_timestamp_ms: 'number',
  last_updated_timestamp: 'number',
  last_updated_timestamp_ms: 'number',
} as const;

export const loggedModelTerms: SearchTerms<RunEntity> = {
  entity: (prefix) => (prefix === null ? 'attribute' : loggedModelEntities[prefix]),
  unknownEntity: (prefix) =>
    `Invalid entity type: '${prefix}'. Expected one of ['attributes', 'metrics', 'params', 'tags'].`,
  attributes: loggedModelAttributes,
  aliases: loggedModelAliases,
  sortable: Object.keys(loggedModelAttributes),
  listed: ['name', 'model_id', 'model_type', 'status', 'source_run_id'],
  comparators(entity, key) {
    const isNumber = loggedModelAttributes[key as keyof typeof loggedModelAttributes] === 'number';
    return entity === 'metric' || (entity === 'attribute' && isNumber)
      ? comparators.NUMERIC
      : comparators.TEXT;
  },
};
