import type { Run } from '../../../../app/contract/runs.contract.ts';
import { counted, formatMoment } from '../../../components/format.ts';
import { notify } from '../../../components/notify.ts';
import { fieldOf, fieldValue, halfInWords, isNumeric, type RunField, valueInWords } from './run-fields.ts';
import { groupCell, type RunGroup, sharedInWords } from './run-groups.ts';
import { type TextFormat, type TextTable, tableText } from './table-text.ts';
import type { PlacedColumn } from './table-view.ts';

/** The fields of columns that have words; curves have none. */
function fieldsOf(columns: readonly PlacedColumn[]): RunField[] {
  return columns.map(({ id }) => fieldOf(id)).filter(({ kind }) => kind !== 'curve');
}

const headsOf = (fields: readonly RunField[]): TextTable['columns'] =>
  fields.map((field) => ({ title: field.title, numeric: isNumeric(field) }));

/** Runs with the columns of the view: CSV with every digit and moments in full, the others as the screen writes them. */
export function runsTable(
  runs: readonly Run[],
  columns: readonly PlacedColumn[],
  format: TextFormat,
): TextTable {
  const fields = fieldsOf(columns);
  const word = (run: Run, field: RunField): string => {
    const value = fieldValue(run, field);
    if (format !== 'csv') return value === null ? '' : valueInWords(value, field);
    if (value === null) return '';
    return field.id === 'started' ? formatMoment(Number(value)) : String(value);
  };
  return {
    columns: headsOf(fields),
    rows: runs.map((run) => fields.map((field) => word(run, field))),
  };
}

/** Groups with the count of their runs and the means of the view's columns. */
export function groupsTable(
  groups: readonly RunGroup[],
  by: RunField,
  columns: readonly PlacedColumn[],
  format: TextFormat,
): TextTable {
  const fields = fieldsOf(columns).filter(({ id }) => id !== 'name' && id !== by.id);
  const words = (group: RunGroup, field: RunField): readonly string[] => {
    const cell = groupCell(group, field);
    const isMean = cell.kind === 'mean';
    if (format === 'csv') {
      // A mean and its interval are two columns for programs.
      const value = isMean ? cell.mean : cell.kind === 'same' ? cell.value : null;
      return hasMean(field) ? [plain(value), plain(isMean ? cell.half : null)] : [plain(value)];
    }
    switch (cell.kind) {
      case 'several':
        return [`${cell.count} values`];
      case 'same':
        return [cell.value === null ? '' : sharedInWords(cell.value, field)];
      case 'span':
        return [`${formatMoment(cell.from)} to ${formatMoment(cell.to)}`];
      case 'mean': {
        const mean = valueInWords(cell.mean, field);
        return [cell.half === null ? mean : `${mean} ± ${halfInWords(cell.half, cell.mean, field)}`];
      }
    }
  };
  const heads = fields.flatMap((field) => {
    const [head] = headsOf([field]);
    if (!head) return [];
    return format === 'csv' && hasMean(field) ? [head, { ...head, title: `${head.title} ±` }] : [head];
  });
  return {
    columns: [{ title: by.title, numeric: isNumeric(by) }, { title: 'Runs', numeric: true }, ...heads],
    rows: groups.map((group) => [
      group.title,
      String(group.runs),
      ...fields.flatMap((field) => words(group, field)),
    ]),
  };
}

const hasMean = ({ kind, id }: RunField): boolean => kind === 'metrics' || id === 'duration';

const plain = (value: string | number | boolean | null): string => (value === null ? '' : String(value));

const formatNames: Readonly<Record<TextFormat, string>> = {
  csv: 'CSV',
  markdown: 'Markdown',
  latex: 'LaTeX',
};

/** Puts a table on the clipboard and says what it was. */
export async function copyTable(table: TextTable, format: TextFormat, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(tableText(table, format));
    notify.done(`Copied ${counted(table.rows.length, what)} as ${formatNames[format]}`);
  } catch {
    notify.done('The browser refused the clipboard; use a page that was opened on this machine');
  }
}
