import type { FilterComparison, FilterField, FilterValue, Span } from './filter-ast.ts';
import { parseMetricValue, parseMoment, parseSpan } from './filter-values.ts';
import { parseExpression } from './parse-expression.ts';
import { readStatus } from './read-status.ts';
import { readTextMatch } from './read-text-match.ts';
import { type RunExpression, RunFilterError } from './run-expression.ts';
import {
  attributeOf,
  CODE_WORDS,
  ENTITY_WORDS,
  entityOf,
  isNumberAttribute,
  type NumberAttribute,
} from './run-fields.ts';
import type { Ordering, RunPredicate } from './run-predicate.ts';
import { unknownField } from './unknown-field.ts';

const orderings: readonly string[] = ['=', '!=', '<', '<=', '>', '>='];

/**
 * What a filter in Lathe's language means. MLflow's filters mean in it what they mean to MLflow, and docs/searching-runs.md
 * tells the rest.
 *
 * @param nowMs what relative times count from, epoch milliseconds
 * @returns null for an empty filter, which all runs fulfil
 * @throws RunFilterError naming the place and what is wrong there
 */
export function readRunFilter(text: string, nowMs: number): RunPredicate | null {
  const expression = parseExpression(text);
  return expression && toPredicate(expression, nowMs);
}

function toPredicate(expression: RunExpression, nowMs: number): RunPredicate {
  switch (expression.kind) {
    case 'all':
    case 'any':
      return { kind: expression.kind, parts: expression.parts.map((part) => toPredicate(part, nowMs)) };
    case 'not':
      return { kind: 'not', part: toPredicate(expression.part, nowMs) };
    case 'text':
      if (expression.text.trim() === '')
        throw new RunFilterError('There is nothing to look for between the quotes.', expression);
      return { kind: 'text', text: expression.text };
    case 'has':
      return readHas(expression.field);
    case 'comparison':
      return readComparison(expression.comparison, nowMs);
  }
}

function readHas(field: FilterField): RunPredicate {
  const entity = entityOf(field.entity!);
  if (entity === 'data' || entity === 'model') return readLink(entity, field);
  if (field.key === '') throw new RunFilterError(`A name belongs after "${field.entity}.".`, field);
  if (entity === 'metric') return { kind: 'metric', key: field.key, operator: 'IS NOT NULL' };
  return { kind: entity === 'param' ? 'param' : 'tag', key: field.key, match: { operator: 'IS NOT NULL' } };
}

/** `data.digits`, `data."my set"@3`, `model.mlp@2`. */
function readLink(entity: 'data' | 'model', field: FilterField): RunPredicate {
  const [, double, tick, plain, version] = /^(?:"([^"]*)"|`([^`]*)`|(.*?))(?:@(.*))?$/s.exec(field.key)!;
  const name = double ?? tick ?? plain ?? '';
  if (name === '' || version === '') {
    throw new RunFilterError(`Write ${entity}.NAME, or ${entity}.NAME@VERSION.`, field);
  }
  const number = version?.replace(/^v(?=\d+$)/, '') ?? null;
  if (entity === 'data') return { kind: 'data', name, version: number };
  if (number !== null && !/^[1-9]\d*$/.test(number)) {
    throw new RunFilterError(
      `"${version}" is no version of a model; write for example model.${name}@2.`,
      field,
    );
  }
  return { kind: 'model', name, version: number === null ? null : Number(number) };
}

function readComparison(comparison: FilterComparison, nowMs: number): RunPredicate {
  const { field } = comparison;
  const entity = field.entity === null ? 'attribute' : entityOf(field.entity);
  if (entity === undefined) throw unknownField(field, ENTITY_WORDS);
  if (field.key === '') throw new RunFilterError(`A name belongs after "${field.entity}.".`, field);
  switch (entity) {
    case 'metric':
      return readMetric(comparison);
    case 'param':
    case 'tag':
      return { kind: entity, key: field.key, match: readTextMatch(comparison, true) };
    case 'data':
      if (field.key === 'name' || field.key === 'digest' || field.key === 'context')
        return { kind: 'dataset', key: field.key, match: readTextMatch(comparison, false) };
      throw new RunFilterError(
        `${field.entity}.${field.key} takes no operator; write data.NAME or data.NAME@VERSION.`,
        comparison,
      );
    case 'model':
      throw new RunFilterError(
        `${field.entity}.${field.key} takes no operator; write model.NAME or model.NAME@VERSION.`,
        comparison,
      );
    case 'code':
      if (field.key !== 'commit' && field.key !== 'branch') throw unknownField(field, CODE_WORDS);
      return { kind: 'attribute', attribute: field.key, match: readTextMatch(comparison, false) };
    case 'attribute': {
      const attribute = attributeOf(field.key);
      if (attribute === undefined) throw unknownField(field);
      if (attribute === 'status') return { kind: 'status', states: readStatus(comparison) };
      if (isNumberAttribute(attribute)) return readNumber(attribute, comparison, nowMs);
      return { kind: 'attribute', attribute, match: readTextMatch(comparison, false) };
    }
  }
}

function readMetric({
  field,
  comparator,
  writtenComparator,
  value,
  ...span
}: FilterComparison): RunPredicate {
  const base = { kind: 'metric', key: field.key } as const;
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { ...base, operator: comparator };
  if ((comparator === 'IN' || comparator === 'NOT IN') && value?.kind === 'list')
    return { ...base, operator: comparator, values: value.items.map((item) => metricValue(field, item)) };
  requireOrdering(comparator, writtenComparator, `metrics.${field.key}`, span);
  return { ...base, operator: comparator, value: metricValue(field, value!) };
}

function metricValue(field: FilterField, value: FilterValue): number {
  const number =
    value.kind === 'number' ? value.value : value.kind === 'word' ? parseMetricValue(value.raw) : null;
  if (number !== null) return number;
  throw new RunFilterError(
    `${value.raw} at column ${value.start + 1} is no number; ${field.entity}.${field.key} is compared with one, or with nan, inf or -inf.`,
    value,
  );
}

function readNumber(
  attribute: NumberAttribute,
  { field, comparator, writtenComparator, value, ...span }: FilterComparison,
  nowMs: number,
): RunPredicate {
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL')
    return { kind: 'number', attribute, operator: comparator };
  requireOrdering(comparator, writtenComparator, field.key, span);
  const text = value!.kind === 'text' ? value!.text : value!.raw;
  const number =
    attribute === 'duration'
      ? value!.kind === 'number'
        ? value!.value * 1000
        : parseSpan(text)
      : parseMoment(text, nowMs);
  if (number !== null) return { kind: 'number', attribute, operator: comparator, value: number };
  const example =
    attribute === 'duration'
      ? 'a duration such as 90s, 15m or 1h30m'
      : 'a time such as -7d, today or 2026-11-01T12:00';
  throw new RunFilterError(`${value!.raw} at column ${value!.start + 1} is not ${example}.`, value!);
}

function requireOrdering(
  comparator: string,
  written: string,
  name: string,
  span: Span,
): asserts comparator is Ordering {
  if (orderings.includes(comparator)) return;
  throw new RunFilterError(
    `${name} is a number and cannot be compared with ${written}; use one of ${orderings.join(' ')}.`,
    span,
  );
}
