import type { DataCheck } from './data-checks.contract.ts';
import type { Cell } from './wire.ts';

const SHOWN_VALUES = 5;

/** A check as people say it: `age is between 0 and 120`. */
export function checkTitle(check: DataCheck): string {
  switch (check.kind) {
    case 'schema':
      return `there are ${check.others ? '' : 'exactly '}the columns ${listed(check.columns.map(({ name }) => name))}`;
    case 'column':
      return `${check.column} is there${check.type === undefined ? '' : ` and is of type ${check.type}`}`;
    case 'range':
      return `${check.column} is ${between(check.min, check.max)}`;
    case 'unique':
      return `${listed(check.columns)} ${check.columns.length === 1 ? 'has' : 'together have'} no value twice`;
    case 'values':
      return `${check.column} is one of ${listed(check.values)}`;
    case 'pattern':
      return `${check.column} matches ${check.pattern}`;
    case 'missing':
      return check.max === 0
        ? `${check.column} has a value in every row`
        : `${check.column} is missing in at most ${percent(check.max)} of the rows`;
    case 'rows':
      return `the number of rows is ${between(check.min, check.max)}`;
    case 'classes':
      return `every class of ${check.column} has ${[
        check.minRows === undefined ? null : `at least ${check.minRows} rows`,
        check.minShare === undefined ? null : `at least ${percent(check.minShare)} of the rows`,
      ]
        .filter(Boolean)
        .join(' and ')}`;
    case 'fresh':
      return `the newest ${check.column} is at most ${typeof check.maxAge === 'number' ? `${check.maxAge} s` : check.maxAge.trim()} old`;
    case 'drift':
      return `${check.column} has not drifted from ${check.against === 'previous' ? 'the version before' : `version ${check.against}`} (${check.statistic} ${check.statistic === 'chi-squared' ? 'p at least' : 'at most'} ${check.limit})`;
    case 'sql':
      return check.name;
  }
}

/** `12.5 %`, with as many digits as tell something. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function between(min: number | string | undefined, max: number | string | undefined): string {
  if (min !== undefined && max !== undefined) return min === max ? String(min) : `between ${min} and ${max}`;
  if (min !== undefined) return `at least ${min}`;
  return max === undefined ? 'anything' : `at most ${max}`;
}

function listed(values: readonly Cell[]): string {
  const first = values.slice(0, SHOWN_VALUES).map(String).join(', ');
  return values.length > SHOWN_VALUES ? `${first} and ${values.length - SHOWN_VALUES} more` : first;
}
