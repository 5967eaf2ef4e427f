import { fieldOf as readField } from '../../../../app/contract/run-filter/field-of.ts';
import { quotedField } from '../../../../app/contract/run-filter/index.ts';
import type { ViewContent } from '../../../../app/contract/views.contract.ts';
import { fieldOf } from './run-fields.ts';
import type { PlacedColumn, TableView } from './table-view.ts';

/** The id of a column as saved views name it: a key in quotes where it needs them. */
function toField(id: string): string {
  const { kind, key } = fieldOf(id);
  return kind === 'about' ? id : quotedField(kind, key);
}

function fromField(raw: string): string {
  const { entity, key } = readField({ kind: 'word', raw, start: 0, end: raw.length });
  return entity === null ? key : `${entity}.${key}`;
}

/** What the core keeps of a view. The columns are named even where nobody chose them, so that the view stays as it was seen. */
export function savedFrom(name: string, view: TableView, placed: readonly PlacedColumn[]): ViewContent {
  return {
    name,
    filter: view.filter,
    columns: placed.map(({ id, widthPx, pinned }) => ({ field: toField(id), widthPixels: widthPx, pinned })),
    sort: [{ field: toField(view.sort.by), descending: view.sort.descending }],
    grouping: view.group === null ? [] : [toField(view.group)],
  };
}

/** The table as a saved view shows it; of several orders and groups, the first. */
export function viewFromSaved({ filter, columns, sort, grouping }: ViewContent): TableView {
  const [order] = sort;
  const [group] = grouping;
  return {
    filter,
    sort: order
      ? { by: fromField(order.field), descending: order.descending }
      : { by: 'started', descending: true },
    group: group === undefined ? null : fromField(group),
    columns:
      columns.length === 0
        ? null
        : columns.map((column) => ({
            id: fromField(column.field),
            widthPx: column.widthPixels,
            pinned: column.pinned,
          })),
  };
}
