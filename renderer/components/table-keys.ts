/** The row that a key moves to, or null if it is no key for moving. */
export function nextRow(key: string, current: number, count: number, page: number): number | null {
  const last = Math.max(0, count - 1);
  switch (key) {
    case 'ArrowDown':
      return Math.min(current + 1, last);
    case 'ArrowUp':
      return Math.max(current - 1, 0);
    case 'PageDown':
      return Math.min(current + page, last);
    case 'PageUp':
      return Math.max(current - page, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

interface Marking {
  readonly index: number;
  /** The row that was marked last: ranges start there. */
  readonly anchor: number;
  readonly range: boolean;
}

/** The marked rows after one more row was marked or unmarked, or a range from the last one marked. */
export function selectionAfter(
  ids: readonly string[],
  selected: ReadonlySet<string>,
  { index, anchor, range }: Marking,
): ReadonlySet<string> {
  const next = new Set(selected);
  if (range) {
    const ends = [anchor, index].sort((a, b) => a - b);
    for (const id of ids.slice(ends[0], (ends[1] ?? 0) + 1)) next.add(id);
    return next;
  }
  const id = ids[index];
  if (id !== undefined && !next.delete(id)) next.add(id);
  return next;
}
