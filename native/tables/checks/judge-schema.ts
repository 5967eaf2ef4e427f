import type { DataCheck } from '../../../app/contract/data-checks.contract.ts';
import { nearest } from '../../../app/kernel/nearest.ts';
import type { TableView } from './table-view.ts';
import { failed, passed, type Verdict } from './verdict.ts';

const SHOWN_FAULTS = 10;

type Check<Kind extends DataCheck['kind']> = Extract<DataCheck, { kind: Kind }>;

export function judgeSchema(table: TableView, { columns, others }: Check<'schema'>): Verdict {
  const faults = columns.flatMap(({ name, type }) => {
    const found = table.column(name);
    if (!found) return [absent(table, name)];
    return found.type === type ? [] : [`${name} is ${found.type} instead of ${type}`];
  });
  if (!others) {
    const known = new Set(columns.map(({ name }) => name));
    faults.push(...table.columns.filter(({ name }) => !known.has(name)).map(({ name }) => `${name} is new`));
  }
  if (faults.length === 0) return passed(`${table.columns.length} columns`);
  const more = faults.length > SHOWN_FAULTS ? `; and ${faults.length - SHOWN_FAULTS} more` : '';
  return failed(`${faults.slice(0, SHOWN_FAULTS).join('; ')}${more}.`);
}

export function judgeColumn(table: TableView, { column, type }: Check<'column'>): Verdict {
  const found = table.column(column);
  if (!found) return failed(`${absent(table, column)}.`);
  if (type !== undefined && found.type !== type) return failed(`It is of type ${found.type}.`);
  return passed(`of type ${found.type}`);
}

/** In words, without a full stop. */
export function absent(table: TableView, name: string): string {
  const near = nearest(
    name,
    table.columns.map((column) => column.name),
  );
  return `there is no column ${name}${near === null ? '' : ` (there is ${near})`}`;
}
