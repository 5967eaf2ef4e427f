import type { FilterField } from './filter-ast.ts';
import { RunFilterError } from './run-expression.ts';
import { ATTRIBUTE_WORDS } from './run-fields.ts';

/** @param words what stands where the unknown word does; without them, the attributes of runs */
export function unknownField(field: FilterField, words: readonly string[] = ATTRIBUTE_WORDS): RunFilterError {
  const place = `at column ${field.start + 1}`;
  if (field.entity === null) {
    return new RunFilterError(
      `There is no field "${field.key}" ${place}. What a run logged is written metrics.${field.key}, params.${field.key} or tags.${field.key}.`,
      field,
      words,
      field.key,
    );
  }
  const isKey = words.every((word) => word === 'commit' || word === 'branch');
  return new RunFilterError(
    isKey
      ? `There is no "${field.entity}.${field.key}" ${place}; there are ${words.map((word) => `${field.entity}.${word}`).join(' and ')}.`
      : `There is no kind of field "${field.entity}" ${place}; fields begin with ${words.map((word) => `${word}.`).join(' ')}`,
    field,
    words,
    isKey ? field.key : field.entity,
  );
}
