import type { Column } from '../../../../app/contract/datasets.contract.ts';
import type { Cell } from '../../../../app/contract/wire.ts';
import { formatCell, isNumeric } from './cells.ts';
import styles from './row-table.module.css';

interface ExampleRow {
  readonly key: string;
  /** What stands before the cells. */
  readonly lead: readonly string[];
  readonly cells: readonly Cell[];
  /** Which cells differ from their neighbour's. */
  readonly marked?: readonly boolean[];
  /** The last of a group of rows that belong together. */
  readonly last?: boolean;
}

interface RowTableProps {
  readonly label: string;
  readonly lead: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly ExampleRow[];
  readonly tone?: 'added' | 'removed';
}

/** A few rows as examples, with all of their cells; it scrolls sideways where they are many. */
export function RowTable({ label, lead, columns, rows, tone }: RowTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by keys as well
    <section className={styles.scroller} data-tone={tone} aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {lead.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            {columns.map(({ name, type }) => (
              <th key={name} scope="col" data-numeric={isNumeric(type) || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, lead: before, cells, marked, last }) => (
            <tr key={key} data-last={last || undefined}>
              {before.map((text, index) => (
                <td key={lead[index]} className={styles.lead}>
                  {text}
                </td>
              ))}
              {columns.map(({ name, type }, index) => (
                <td
                  key={name}
                  data-numeric={isNumeric(type) || undefined}
                  data-missing={cells[index] === null || undefined}
                  data-marked={marked?.[index] || undefined}
                >
                  {formatCell(cells[index] ?? null, type)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
