/** What stands before a field's first dot, by every name it has. */
export type RunEntity = 'metric' | 'param' | 'tag' | 'attribute' | 'data' | 'model' | 'code';

const entities: Readonly<Record<string, RunEntity>> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  data: 'data',
  dataset: 'data',
  datasets: 'data',
  model: 'model',
  models: 'model',
  code: 'code',
};

export const entityOf = (prefix: string): RunEntity | undefined =>
  Object.hasOwn(entities, prefix) ? entities[prefix] : undefined;

/** The one that Lathe writes for each entity that people put before a dot. */
export const ENTITY_WORDS = ['metrics', 'params', 'tags', 'data', 'model', 'code'] as const;

export type TextAttribute =
  | 'id'
  | 'name'
  | 'experiment'
  | 'template'
  | 'target'
  | 'user'
  | 'parent'
  | 'reproduces'
  | 'artifact_uri'
  | 'commit'
  | 'branch';
export type NumberAttribute = 'started' | 'ended' | 'created' | 'duration';
export type RunAttribute = TextAttribute | NumberAttribute | 'status';

/** Attributes by every name that they have, MLflow's among them. */
const attributes: Readonly<Record<string, RunAttribute>> = {
  id: 'id',
  run_id: 'id',
  name: 'name',
  run_name: 'name',
  'run name': 'name',
  experiment: 'experiment',
  template: 'template',
  target: 'target',
  user: 'user',
  user_id: 'user',
  status: 'status',
  parent: 'parent',
  reproduces: 'reproduces',
  artifact_uri: 'artifact_uri',
  started: 'started',
  start_time: 'started',
  ended: 'ended',
  end_time: 'ended',
  created: 'created',
  duration: 'duration',
};

export const attributeOf = (name: string): RunAttribute | undefined => {
  const lower = name.toLowerCase();
  return Object.hasOwn(attributes, lower) ? attributes[lower] : undefined;
};

/** The names that Lathe itself shows, in the order of use. */
export const ATTRIBUTE_WORDS = [
  'status',
  'name',
  'experiment',
  'started',
  'ended',
  'created',
  'duration',
  'template',
  'target',
  'user',
  'parent',
  'reproduces',
  'id',
] as const;

export const CODE_WORDS = ['commit', 'branch'] as const;

export const isNumberAttribute = (attribute: RunAttribute): attribute is NumberAttribute =>
  attribute === 'started' || attribute === 'ended' || attribute === 'created' || attribute === 'duration';
