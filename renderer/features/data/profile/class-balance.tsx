import { useQuery } from '@tanstack/react-query';
import type { ClassBalance } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { counted, formatCount, formatNumber, formatPercent } from '../../../components/format.ts';
import screen from '../../../components/screen.module.css';
import { useQueryString } from '../../../shell/router.ts';
import styles from './profile.module.css';

/** How rows spread over the values of a column. */
export function ClassBalancePanel({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const asked = query.get('column');
  const column =
    version.columns.find(({ name }) => name === asked)?.name ??
    version.labelColumn ??
    version.columns.findLast(({ type }) => type === 'text' || type === 'boolean')?.name ??
    version.columns.at(-1)?.name ??
    '';
  const classes = useQuery(
    orpc.dataTables.classes.queryOptions({
      input: { dataset: version.datasetName, version: version.version, column },
    }),
  );
  return (
    <div className={styles.body}>
      <div className={styles.choose}>
        <Field label="Column with the class">
          {(field) => (
            <select {...field} value={column} onChange={({ target }) => setQuery({ column: target.value })}>
              {version.columns.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {classes.error ? <ErrorNotice error={classes.error} onRetry={() => void classes.refetch()} /> : null}
      {classes.data ? <Balance balance={classes.data} /> : <p className={screen.waiting}>Counting</p>}
    </div>
  );
}

function Balance({ balance }: { readonly balance: ClassBalance }) {
  const { classes, distinct, missing, rows, imbalance, evenness } = balance;
  const most = Math.max(1, ...classes.map(({ count }) => count));
  return (
    <>
      <p className={styles.answer}>
        {counted(distinct, 'class', 'classes')} over {counted(rows, 'row')}
        {imbalance === null
          ? ''
          : imbalance < 1.5
            ? ', nearly balanced'
            : `; the largest has ${formatNumber(imbalance)} × the rows of the smallest`}
        {evenness === null ? '' : ` (evenness ${formatNumber(evenness)})`}
        {missing > 0 ? `; ${counted(missing, 'row has', 'rows have')} none` : ''}.
      </p>
      <table className={styles.classes}>
        <thead>
          <tr>
            <th>Class</th>
            <th>Rows</th>
            <th>Share</th>
            <th aria-label="Bar" />
          </tr>
        </thead>
        <tbody>
          {classes.map(({ value, count, share }) => (
            <tr key={String(value)}>
              <th scope="row">{String(value)}</th>
              <td>{formatCount(count)}</td>
              <td>{formatPercent(share)}</td>
              <td>
                <i style={{ width: `${(count / most) * 100}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {distinct > classes.length ? (
        <p className={styles.answer}>The {formatCount(classes.length)} largest are shown.</p>
      ) : null}
    </>
  );
}
