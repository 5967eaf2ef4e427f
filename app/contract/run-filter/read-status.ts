import { type JobState, jobState } from '../jobs.contract.ts';
import type { FilterComparison, FilterValue } from './filter-ast.ts';
import { RunFilterError } from './run-expression.ts';

const states: readonly JobState[] = jobState.options;

/** MLflow's words for states that Lathe calls otherwise. */
const otherWords: Readonly<Partial<Record<JobState, string>>> = { cancelled: 'killed', queued: 'scheduled' };

/** The states that a condition on the status allows. @throws RunFilterError */
export function readStatus({ comparator, writtenComparator, value, ...span }: FilterComparison): JobState[] {
  const negated = comparator === '!=' || comparator.startsWith('NOT ');
  const pick = (chosen: (state: JobState) => boolean) => states.filter((state) => chosen(state) !== negated);
  switch (comparator) {
    case '=':
    case '!=': {
      const state = stateOf(value!);
      return pick((each) => each === state);
    }
    case 'IN':
    case 'NOT IN': {
      const chosen = value!.kind === 'list' ? value!.items.map(stateOf) : [];
      return pick((each) => chosen.includes(each));
    }
    case 'LIKE':
    case 'ILIKE':
    case 'NOT LIKE':
    case 'NOT ILIKE': {
      const pattern = likePattern(value!.kind === 'text' ? value!.text : value!.raw);
      return pick((each) => pattern.test(each) || pattern.test(otherWords[each] ?? each));
    }
  }
  throw new RunFilterError(
    `status cannot be compared with ${writtenComparator}; use =, !=, IN or LIKE.`,
    span,
  );
}

function stateOf(value: FilterValue): JobState {
  const word = (value.kind === 'text' ? value.text : value.raw).toLowerCase();
  const state = states.find((each) => each === word || otherWords[each] === word);
  if (state) return state;
  throw new RunFilterError(
    `There is no status ${value.raw} at column ${value.start + 1}; a run is ${states.slice(0, -1).join(', ')} or ${states.at(-1)}.`,
    value,
    states,
    word,
  );
}

function likePattern(like: string): RegExp {
  const escaped = like.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/%/g, '.*').replace(/_/g, '.')}$`, 'is');
}
