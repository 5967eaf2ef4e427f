import type { TableDiff } from '../../../../app/contract/data-tables.contract.ts';
import { counted, formatCount } from '../../../components/format.ts';
import { formatCell } from '../table/cells.ts';
import { RowTable } from '../table/row-table.tsx';
import styles from './diff.module.css';

/** Columns and rows that came, went and changed, with examples. */
export function RowDifferences({ diff: { schema, rows } }: { readonly diff: TableDiff }) {
  return (
    <>
      <p className={styles.answer}>{answer(rows)}</p>
      <SchemaChanges schema={schema} />
      {rows.changedColumns.length > 0 ? (
        <section>
          <h3>Changed in which column</h3>
          <ul className={styles.bars}>
            {rows.changedColumns.map(({ column, rows: times }) => (
              <li key={column}>
                <span>{column}</span>
                <output>{formatCount(times)}</output>
                <i style={{ width: `${(times / Math.max(1, rows.changed)) * 100}%` }} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {rows.changedExamples.length > 0 ? <Changed rows={rows} /> : null}
      {rows.addedExamples.length > 0 ? (
        <section>
          <h3>Added {some(rows.addedExamples.length, rows.added)}</h3>
          <RowTable
            label="Added rows"
            tone="added"
            lead={['Row']}
            columns={rows.columns}
            rows={rows.addedExamples.map(lone)}
          />
        </section>
      ) : null}
      {rows.removedExamples.length > 0 ? (
        <section>
          <h3>Removed {some(rows.removedExamples.length, rows.removed)}</h3>
          <RowTable
            label="Removed rows"
            tone="removed"
            lead={['Row']}
            columns={rows.columns}
            rows={rows.removedExamples.map(lone)}
          />
        </section>
      ) : null}
    </>
  );
}

type Rows = TableDiff['rows'];

const lone = ({ rowNumber, cells }: Rows['addedExamples'][number]) => ({
  key: String(rowNumber),
  lead: [formatCount(rowNumber + 1)],
  cells,
});

const some = (shown: number, all: number): string =>
  shown < all ? `(${formatCount(shown)} of ${formatCount(all)})` : '';

function answer({
  before,
  after,
  added,
  removed,
  changed,
  unchanged,
  by,
  key,
  comparedColumns,
}: Rows): string {
  const what = [
    added > 0 ? `${counted(added, 'row')} added` : null,
    removed > 0 ? `${formatCount(removed)} removed` : null,
    changed > 0 ? `${formatCount(changed)} changed` : null,
  ].filter(Boolean);
  const how =
    by === 'key' ? `by ${key.join(', ')}` : 'by their content, so a changed row is one removed and one added';
  return `${what.length === 0 ? 'No row differs' : what.join(', ')}; ${formatCount(unchanged)} stayed as they were (${formatCount(before)} → ${formatCount(after)}). Compared in ${counted(comparedColumns, 'column')}, ${how}.`;
}

function SchemaChanges({
  schema: { added, removed, retyped, reordered },
}: {
  readonly schema: TableDiff['schema'];
}) {
  if (added.length + removed.length + retyped.length === 0 && !reordered) return null;
  return (
    <section>
      <h3>Columns</h3>
      <ul className={styles.schema}>
        {added.map(({ name, type }) => (
          <li key={name} data-tone="added">
            <b>+</b> {name} <code>{type}</code>
          </li>
        ))}
        {removed.map(({ name, type }) => (
          <li key={name} data-tone="removed">
            <b>−</b> {name} <code>{type}</code>
          </li>
        ))}
        {retyped.map(({ name, before, after }) => (
          <li key={name} data-tone="changed">
            <b>~</b> {name} <code>{before}</code> → <code>{after}</code>
          </li>
        ))}
        {reordered ? <li>They stand in another order.</li> : null}
      </ul>
    </section>
  );
}

function Changed({ rows }: { readonly rows: Rows }) {
  const types = new Map(rows.columns.map(({ name, type }) => [name, type]));
  return (
    <section>
      <h3>Changed {some(rows.changedExamples.length, rows.changed)}</h3>
      <table className={styles.changed} aria-label="Changed rows">
        <thead>
          <tr>
            <th scope="col">{rows.key.join(', ')}</th>
            <th scope="col">Row</th>
            <th scope="col">Column</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {rows.changedExamples.flatMap(({ key, afterRowNumber, changes }) =>
            changes.map(({ column, before, after }, index) => (
              <tr key={`${afterRowNumber} ${column}`} data-first={index === 0 || undefined}>
                <th scope="row">{index === 0 ? key.map(String).join(', ') : ''}</th>
                <td>{index === 0 ? formatCount(afterRowNumber + 1) : ''}</td>
                <td>{column}</td>
                <td data-side="before">{formatCell(before, types.get(column) ?? 'text')}</td>
                <td data-side="after">{formatCell(after, types.get(column) ?? 'text')}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  );
}
