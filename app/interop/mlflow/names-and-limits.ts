import { posix } from 'node:path';
import type { KeyValue } from '../../kernel/ports/tracking.ts';
import { invalid } from './mlflow-error.ts';
import { pythonFloat, pythonJson, pythonRepr } from './python-text.ts';

export const limits = {
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  itemsPerBatch: 1000,
  keyLength: 250,
  paramLength: 6000,
  tagLength: 8000,
  experimentNameLength: 500,
  experimentTagLength: 20_000,
  registryTagLength: 100_000,
  aliasLength: 255,
} as const;

const BAD_CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).';

export function invalidValue(path: string, value: unknown, message: string): string {
  return `Invalid value ${pythonJson(value)} for parameter '${path}' supplied: ${message}`;
}

/** A name of a metric, parameter or tag: of few characters, and one that does not lead elsewhere when taken for a path. */
export function checkName(name: string, path: string): void {
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(name)) throw invalid(invalidValue(path, name, BAD_CHARACTERS));
  const normal = pythonNormalPath(name);
  if (normal !== name || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalid(
      invalidValue(
        path,
        name,
        `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to ${pythonRepr(normal)}`,
      ),
    );
  }
}

/** Python keeps two leading slashes and drops a trailing one. */
function pythonNormalPath(name: string): string {
  const normal = posix.normalize(name);
  const trimmed = normal.length > 1 ? normal.replace(/\/$/, '') : normal;
  return /^\/\/(?!\/)/.test(name) ? `/${trimmed}` : trimmed;
}

export function checkLength(what: string, limit: number, value: string): void {
  if (pythonLength(value) > limit)
    throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`);
}

/** What is too long is cut, as MLflow's server does unless it is told otherwise. */
export function cut(value: string, limit: number): string {
  return pythonLength(value) > limit ? [...value].slice(0, limit).join('') : value;
}

/** In characters, as Python counts them. */
function pythonLength(value: string): number {
  // Only pairs of surrogates make the two counts differ.
  return /[\ud800-\udbff]/.test(value) ? [...value].length : value.length;
}

export function checkParam({ key, value }: KeyValue, path: string): KeyValue {
  checkName(key, path);
  checkLength('Param key', limits.keyLength, key);
  return { key, value: cut(value, limits.paramLength) };
}

export function checkTag({ key, value }: KeyValue, path = ''): KeyValue {
  checkName(key, join(path, 'key'));
  checkLength(join(path, 'key'), limits.keyLength, key);
  return { key, value: cut(value, limits.tagLength) };
}

export function checkExperimentTag({ key, value }: KeyValue): void {
  checkName(key, 'key');
  checkLength('key', limits.keyLength, key);
  checkLength('value', limits.experimentTagLength, value);
}

export function checkRegistryTag({ key, value }: KeyValue): void {
  checkName(key, 'key');
  checkLength('key', limits.keyLength, key);
  checkLength('value', limits.registryTagLength, value);
}

export function checkMetric(
  metric: { readonly key: string; readonly value: number; readonly timeMs: number },
  path = '',
): void {
  checkName(metric.key, join(path, 'name'));
  if (metric.timeMs < 0) {
    throw invalid(
      invalidValue(
        join(path, 'timestamp'),
        metric.timeMs,
        `metric '${metric.key}' (value=${pythonFloat(metric.value)}). Timestamp must be a nonnegative long (64-bit integer) `,
      ),
    );
  }
  checkLength('Metric name', limits.keyLength, metric.key);
}

/** @throws MlflowError for an experiment's name */
export function checkExperimentName(name: string): void {
  if (name === '') throw invalid("Invalid experiment name: ''");
  checkLength('name', limits.experimentNameLength, name);
}

export function checkModelName(name: string): void {
  if (name.trim() === '') throw invalid("Missing value for required parameter 'name'.");
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  const normal = pythonNormalPath(name);
  if (normal !== name || normal === '.' || normal.startsWith('..'))
    throw invalid(
      invalidValue(
        'name',
        name,
        `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to ${pythonRepr(normal)}`,
      ),
    );
}

export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias))
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  checkLength('Registered model alias name', limits.aliasLength, alias);
}

export function checkNewAlias(alias: string): void {
  checkAlias(alias);
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^[vV]\d+$/.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
}

export function checkBatchSize(what: string, limit: number, length: number): void {
  if (length <= limit) return;
  throw invalid(
    `A batch logging request can contain at most ${limit} ${what}. Got ${length} ${what}. Please split up ${what} across multiple requests and try again.`,
  );
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
