import type { ExpectationDraft } from '../../../contract/data-checks.contract.ts';
import type { ColumnProfile, DatasetVersion } from '../../../contract/datasets.contract.ts';

/** A column with at most so many different values, each often, is taken for one of fixed values. */
const MOST_VALUES = 10;
const ROWS_FOR_EACH = 10;
const CLASS_NAMES = ['label', 'target', 'class', 'y'];
const ID_NAME = /(^|[\s_.-])(id|uuid|guid|key)$|[a-z]Id$/i;

export type Suggestion = ExpectationDraft & { readonly reason: string };

/**
 * Checks that a version meets and that the next one may be expected to meet: what holds without exception blocks, what is a guess
 * with some room around it warns.
 */
export function suggestExpectations(
  version: DatasetVersion,
  profile: readonly ColumnProfile[],
): Suggestion[] {
  const rows = version.rows ?? 0;
  return [
    {
      severity: 'block',
      check: {
        kind: 'schema',
        columns: version.columns.map(({ name, type }) => ({ name, type })),
        others: false,
      },
      reason: `version ${version.version} has these columns`,
    },
    {
      severity: 'warn',
      check: { kind: 'rows', min: Math.max(1, Math.floor(rows / 2)) },
      reason: `version ${version.version} has ${rows} rows`,
    },
    ...profile.flatMap((column) => suggestFor(column, rows)),
  ];
}

function suggestFor(profile: ColumnProfile, rows: number): Suggestion[] {
  const { name: column, missing, distinct, numeric, type, top } = profile;
  const suggestions: Suggestion[] = [];
  const add = (severity: ExpectationDraft['severity'], check: ExpectationDraft['check'], reason: string) =>
    suggestions.push({ severity, check, reason });
  if (rows === 0 || missing === rows) return suggestions;
  const rate = missing / rows;
  if (missing === 0) add('block', { kind: 'missing', column, max: 0 }, 'no row is without a value');
  else
    add(
      'warn',
      { kind: 'missing', column, max: roundUp(Math.min(1, rate * 1.5 + 0.01)) },
      `${missing} rows are without a value`,
    );

  if (distinct === rows && ID_NAME.test(column)) {
    add(
      'block',
      { kind: 'unique', columns: [column] },
      'every row has another value, and the name is that of an id',
    );
    return suggestions;
  }
  const fewValues = distinct <= MOST_VALUES && distinct === top.length && rows >= distinct * ROWS_FOR_EACH;
  if (fewValues && type !== 'number' && type !== 'time') {
    const values = top.map(({ value }) => value).filter((value) => value !== null);
    if (type !== 'boolean')
      add('warn', { kind: 'values', column, values }, `there are ${distinct} different values`);
    if (CLASS_NAMES.includes(column.toLowerCase())) {
      const smallest = Math.min(...top.map(({ count }) => count)) / (rows - missing);
      add(
        'warn',
        { kind: 'classes', column, minShare: roundUp(smallest / 2) },
        'it looks like the class to predict',
      );
    }
  } else if (numeric) {
    const room = (numeric.max - numeric.min) / 10;
    const min =
      numeric.min >= 0 && numeric.min - room < 0 ? 0 : outward(numeric.min - room, type, Math.floor);
    const max = outward(numeric.max + room, type, Math.ceil);
    add('warn', { kind: 'range', column, min, max }, `values go from ${numeric.min} to ${numeric.max}`);
  }
  return suggestions;
}

const roundUp = (share: number) => Math.ceil(share * 1000) / 1000;

/** Whole for whole numbers, else with few digits; never inwards. */
function outward(value: number, type: ColumnProfile['type'], round: (value: number) => number): number {
  if (type === 'integer') return round(value);
  if (value === 0) return 0;
  const scale = 10 ** (2 - Math.floor(Math.log10(Math.abs(value))));
  return Number.isFinite(scale) && scale !== 0 ? round(value * scale) / scale : value;
}
