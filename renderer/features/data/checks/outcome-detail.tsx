import type { CheckOutcome } from '../../../../app/contract/data-checks.contract.ts';
import { formatCount } from '../../../components/format.ts';
import styles from './checks.module.css';

/** A few rows that do not fit a check. */
export function OutcomeDetail({ outcome: { examples, failedRows } }: { readonly outcome: CheckOutcome }) {
  if (examples.length === 0) return null;
  const names = [...new Set(examples.flatMap(({ cells }) => Object.keys(cells)))];
  return (
    <table className={styles.examples}>
      <caption>
        {failedRows !== null && failedRows > examples.length
          ? `${formatCount(examples.length)} of ${formatCount(failedRows)} rows that do not fit`
          : 'Rows that do not fit'}
      </caption>
      <thead>
        <tr>
          <th scope="col">row</th>
          {names.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {examples.map(({ row, cells }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an example without a row number has nothing else
          <tr key={index}>
            <td>{row === null ? '–' : formatCount(row + 1)}</td>
            {names.map((name) => (
              <td key={name}>{cells[name] === null ? <em>missing</em> : String(cells[name] ?? '')}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
