import type { VersionDiff, VersionFile } from '../../../../app/contract/datasets.contract.ts';

export type DifferenceKind = keyof VersionDiff['counts'];

/** A file that differs. */
export interface DifferenceLine {
  readonly kind: DifferenceKind;
  readonly path: string;
  /** The former path of what was renamed. */
  readonly from: string | null;
  readonly before: VersionFile | null;
  readonly after: VersionFile | null;
}

/** The order in which kinds stand below each other. */
const kinds: readonly DifferenceKind[] = ['changed', 'renamed', 'added', 'removed'];

/** Which kind a line of the whole list is of, and its place among those. */
export function placeOf(
  counts: VersionDiff['counts'],
  line: number,
): { readonly kind: DifferenceKind; readonly at: number } | undefined {
  let at = line;
  for (const kind of kinds) {
    if (at < counts[kind]) return { kind, at };
    at -= counts[kind];
  }
  return undefined;
}

/** A line of a page. @param at its place in the page's list of that kind */
export function lineIn(
  page: Pick<VersionDiff, DifferenceKind>,
  kind: DifferenceKind,
  at: number,
): DifferenceLine | undefined {
  if (kind === 'added' || kind === 'removed') {
    const file = page[kind][at];
    if (!file) return undefined;
    const [before, after] = kind === 'added' ? [null, file] : [file, null];
    return { kind, path: file.path, from: null, before, after };
  }
  const pair = page[kind][at];
  if (!pair) return undefined;
  return { kind, path: pair.after.path, from: kind === 'renamed' ? pair.before.path : null, ...pair };
}
