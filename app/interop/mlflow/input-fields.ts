import type { ClientDataset } from '../../kernel/ports/tracking.ts';
import { invalid } from './mlflow-error.ts';
import { checkLength } from './names-and-limits.ts';
import { Fields, type JsonObject } from './request-fields.ts';

const datasetLimits = {
  name: 500,
  digest: 36,
  source: 65_535,
  schema: 1_048_575,
  profile: 16_777_215,
} as const;

/** A data set that a client says a run read. @throws MlflowError where a part of it is too long */
export function readDataset(item: JsonObject): ClientDataset {
  const fields = new Fields(item);
  const about = new Fields((fields.raw('dataset') ?? {}) as JsonObject);
  for (const [name, limit] of Object.entries(datasetLimits)) checkLength(name, limit, about.text(name));
  const optional = (name: string) => (about.has(name) ? about.text(name) : null);
  const tags = fields.pairs('tags');
  for (const { key, value } of tags) {
    checkLength('key', 255, key);
    checkLength('value', 500, value);
  }
  return {
    name: about.text('name'),
    digest: about.text('digest'),
    sourceType: about.text('source_type'),
    source: about.text('source'),
    schema: optional('schema'),
    profile: optional('profile'),
    tags,
  };
}

/** What the run's tag tells of a model: what MLflow's server keeps of it. */
export function readModelInfo(text: string): JsonObject {
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch {
    throw invalid(`Malformed model info. \n ${text} \n is not a valid JSON.`);
  }
  const known = (typeof model === 'object' && model !== null ? model : {}) as Record<string, unknown>;
  const wanted = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];
  const lacking = wanted.filter((name) => !(name in known));
  if (lacking.length > 0)
    throw invalid(
      `Model json is missing mandatory fields: {${lacking.map((name) => `'${name}'`).join(', ')}}`,
    );
  const flavors = { ...(known.flavors as Record<string, Record<string, unknown>>) };
  if (flavors.python_function) {
    const { config: _config, ...rest } = flavors.python_function;
    flavors.python_function = rest;
  }
  const { signature: _signature, ...model_info } = known;
  return { ...model_info, flavors };
}
