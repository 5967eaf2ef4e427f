import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  type CompletionOption,
  complete,
  type FilterCandidates,
} from '../../../../app/contract/run-filter/index.ts';
import { orpc } from '../../../client/orpc.ts';
import { filterHistory } from './filter-history.ts';

export interface Suggestions {
  /** What they are, above the list. */
  readonly title: string;
  /** What an option replaces: offsets in the text, the end exclusive. */
  readonly from: number;
  readonly to: number;
  readonly options: readonly CompletionOption[];
}

const nothing: FilterCandidates = { keys: [], values: {} };
const mostShown = 12;

/** What may be written at the cursor: filters used before while the text is empty, else fields, operators and values. */
export function useCompletion(text: string, cursor: number, wanted: boolean): Suggestions {
  const keys = useQuery({ ...orpc.runs.filterHelp.queryOptions({ input: {} }), enabled: wanted });
  const candidates = keys.data ?? nothing;
  const { valuesOf } = useMemo(() => complete(text, cursor, nothing), [text, cursor]);
  const values = useQuery({
    ...orpc.runs.filterHelp.queryOptions({ input: { field: valuesOf ?? '' } }),
    enabled: wanted && valuesOf !== null,
  });
  return useMemo(() => {
    const history = text.trim() === '' ? filterHistory() : [];
    if (history.length > 0) {
      const options = history.map((text) => ({ text, detail: '', kind: 'word' as const, runs: null }));
      return { title: 'Used before', from: 0, to: text.length, options };
    }
    const found = complete(text, cursor, {
      keys: candidates.keys,
      values: valuesOf === null ? {} : (values.data?.values ?? {}),
    });
    const title = valuesOf === null ? 'What may stand here' : `Values of ${valuesOf}`;
    return { title, from: found.from, to: found.to, options: found.options.slice(0, mostShown) };
  }, [text, cursor, candidates, values.data, valuesOf]);
}
