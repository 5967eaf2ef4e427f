import { hashKey, type UseQueryOptions, useQueries } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

/** What flies past is not read. */
const restMs = 100;

interface WindowedList<Page, Item> {
  /** Items of one call. */
  readonly size: number;
  /** Items in view, the end exclusive. */
  readonly from: number;
  readonly to: number;
  readonly enabled: boolean;
  /** How the items from an offset on are read; the same function until something else is asked. */
  readonly query: (offset: number, limit: number) => { readonly queryKey: readonly unknown[] };
  /** Stands outside of components, so that the same page gives the same items. */
  readonly itemsOf: (page: Page) => readonly Item[];
  /** How many items the whole list has. */
  readonly totalOf: (page: Page) => number;
}

export interface Windows<Page, Item> {
  /** Pages around the items in view that were read, with the index of their first item. */
  readonly pages: readonly { readonly offset: number; readonly page: Page }[];
  readonly itemAt: (index: number) => Item | undefined;
  /** Items of the whole list as it was last read; null until it was. */
  readonly total: number | null;
  readonly error: unknown;
}

/** The items around those in view of a list of any length, read in windows as somebody scrolls, one window ahead. */
export function useWindows<Page, Item>(list: WindowedList<Page, Item>): Windows<Page, Item> {
  const { size, from, to, enabled, query, itemsOf, totalOf } = list;
  const first = Math.max(0, Math.floor(from / size));
  const last = Math.max(first, Math.floor(Math.max(0, to - 1) / size));
  const [wantedFirst, ahead] = useRested(first, last);
  const known = useRef<number | null>(null);
  const end = Math.max(wantedFirst, Math.ceil((known.current ?? 0) / size) - 1);
  const wantedLast = Math.min(ahead, end);
  const windows = useMemo(
    () =>
      Array.from({ length: enabled ? wantedLast - wantedFirst + 1 : 0 }, (_, place) => {
        const options = query((wantedFirst + place) * size, size) as UseQueryOptions<Page>;
        // A key with the names of hundreds of columns is put in words once. Nor are the answers compared with those before:
        // thousands of values take longer to compare than the rows in view to draw.
        return { ...options, queryHash: hashKey(options.queryKey), structuralSharing: false };
      }),
    [query, enabled, wantedFirst, wantedLast, size],
  );
  const results = useQueries({ queries: windows });
  const read = useSame(results.map(({ data }) => data as Page | undefined));
  const pages = useMemo(
    () =>
      read.flatMap((page, place) =>
        page === undefined ? [] : [{ offset: (wantedFirst + place) * size, page }],
      ),
    [read, wantedFirst, size],
  );
  const itemAt = useCallback(
    (index: number) => {
      const page = read[Math.floor(index / size) - wantedFirst];
      return page === undefined ? undefined : itemsOf(page)[index % size];
    },
    [read, size, wantedFirst, itemsOf],
  );
  known.current = pages[0] === undefined ? known.current : totalOf(pages[0].page);
  return {
    pages,
    itemAt,
    total: known.current,
    error: results.find(({ error }) => error !== null)?.error ?? null,
  };
}

/** The windows in view once they stand still, with the next one on the side that they moved to. */
function useRested(first: number, last: number): readonly [number, number] {
  const [rested, setRested] = useState({ first, last, ahead: 1 });
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested((before) => {
        if (before.first === first && before.last === last) return before;
        return { first, last, ahead: first < before.first ? -1 : 1 };
      });
    }, restMs);
    return () => clearTimeout(timer);
  }, [first, last]);
  return rested.ahead < 0 ? [Math.max(0, rested.first - 1), rested.last] : [rested.first, rested.last + 1];
}

/** The list before where it has the same members. */
export function useSame<Item>(list: readonly Item[]): readonly Item[] {
  const kept = useRef(list);
  const before = kept.current;
  if (before.length !== list.length || list.some((item, index) => item !== before[index])) {
    kept.current = list;
  }
  return kept.current;
}
