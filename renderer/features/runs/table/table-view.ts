import { jobState } from '../../../../app/contract/jobs.contract.ts';

/** A column in its place. */
export interface PlacedColumn {
  readonly id: string;
  /** Null: the width that suits its kind. */
  readonly widthPx: number | null;
  readonly pinned: boolean;
}

export interface ViewSort {
  /** Id of a column. */
  readonly by: string;
  readonly descending: boolean;
}

/** Everything about the table that a person would share. */
export interface TableView {
  readonly filter: string;
  readonly sort: ViewSort;
  /** Id of the field that runs are grouped by. */
  readonly group: string | null;
  /** Null: the columns that suit the runs. */
  readonly columns: readonly PlacedColumn[] | null;
}

export const plainView: TableView = {
  filter: '',
  sort: { by: 'started', descending: true },
  group: null,
  columns: null,
};

/** The view that an address asks for; what it does not name, or what makes no sense, is as in the plain view. */
export function viewFromQuery(query: URLSearchParams): TableView {
  return {
    filter: query.get('q') ?? statusFilter(query.get('status')),
    sort: { by: query.get('sort') || plainView.sort.by, descending: query.get('order') !== 'up' },
    group: query.get('group') || null,
    columns: readColumns(query.get('cols')),
  };
}

/** Links to the runs of one state name it alone. */
function statusFilter(status: string | null): string {
  const state = jobState.safeParse(status).data;
  return state === undefined ? '' : `status = ${state}`;
}

/** The keys of the address for a view; null takes one out. */
export function queryFromView(view: TableView): Record<string, string | null> {
  return {
    q: view.filter || null,
    status: null,
    sort: view.sort.by === plainView.sort.by ? null : view.sort.by,
    order: view.sort.descending ? null : 'up',
    group: view.group,
    cols: view.columns === null ? null : writeColumns(view.columns),
  };
}

/** `!name@240,metrics.loss`: pinned columns begin with an exclamation mark, widths follow an at sign. */
function writeColumns(columns: readonly PlacedColumn[]): string {
  return columns
    .map(
      ({ id, widthPx, pinned }) =>
        `${pinned ? '!' : ''}${escaped(id)}${widthPx === null ? '' : `@${Math.round(widthPx)}`}`,
    )
    .join(',');
}

function readColumns(text: string | null): readonly PlacedColumn[] | null {
  if (text === null) return null;
  const seen = new Set<string>();
  const columns: PlacedColumn[] = [];
  for (const part of text.split(',')) {
    const match = /^(!?)([^@]+)(?:@(\d{1,4}))?$/.exec(part);
    const id = match?.[2] === undefined ? null : unescaped(match[2]);
    if (!match || id === null || seen.has(id)) continue;
    seen.add(id);
    columns.push({
      id,
      widthPx: match[3] === undefined ? null : Number(match[3]),
      pinned: match[1] === '!',
    });
  }
  return columns.length === 0 ? null : columns;
}

/** Keys of metrics may hold any character; those that mean something in the list are written as percent codes. */
function escaped(id: string): string {
  return id.replace(/[%,!@]/g, (char) => encodeURIComponent(char).replace('!', '%21'));
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
