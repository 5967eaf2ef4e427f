import { fieldOf } from './field-of.ts';
import { RunFilterError } from './run-expression.ts';
import { attributeOf, CODE_WORDS, entityOf } from './run-fields.ts';
import type { RunOrder } from './run-predicate.ts';
import { unknownField } from './unknown-field.ts';

/** A value that a run has one of: of a metric, a parameter or a tag, or a fact about the run. */
export type RunField = RunOrder['by'];

/**
 * A field such as `metrics.loss` or `started`. Where it stands alone, its key needs no quotes, whatever is in it.
 *
 * @param start where it stands in a longer text, for the error
 * @throws RunFilterError
 */
export function readRunField(raw: string, start = 0): RunField {
  const field = fieldOf({ kind: 'word', raw, start, end: start + raw.length });
  const entity = field.entity === null ? 'attribute' : entityOf(field.entity);
  if (entity === undefined || entity === 'data' || entity === 'model')
    throw unknownField(field, ['metrics', 'params', 'tags', 'code']);
  if (entity === 'metric' || entity === 'param' || entity === 'tag') {
    if (field.key === '') throw new RunFilterError(`A name belongs after "${field.entity}.".`, field);
    return { kind: entity, key: field.key };
  }
  if (entity === 'code') {
    if (field.key === 'commit' || field.key === 'branch') return { kind: 'attribute', attribute: field.key };
    throw unknownField(field, CODE_WORDS);
  }
  const attribute = attributeOf(field.key);
  if (attribute === undefined) throw unknownField(field);
  return { kind: 'attribute', attribute };
}
