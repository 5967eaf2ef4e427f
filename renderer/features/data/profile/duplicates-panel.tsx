import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DuplicateReport } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { counted, formatCount, formatPercent } from '../../../components/format.ts';
import { useQueryString } from '../../../shell/router.ts';
import { Looked } from '../looked.tsx';
import { readNames, writeNames } from '../table/row-query.ts';
import { RowTable } from '../table/row-table.tsx';
import styles from './profile.module.css';

/** In an address: equal rows only. */
const equalOnly = 'equal';

/** Rows that a version has more than once or nearly so; looked for when it is asked. */
export function DuplicatesPanel({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const asked = query.get('duplicates');
  const known = new Set(version.columns.map(({ name }) => name));
  const ignore = readNames(query.get('ignore')).filter((name) => known.has(name));
  const [kind, setKind] = useState(asked ?? '0.85');
  const threshold = asked === equalOnly ? null : Number(asked);
  const valid = asked !== null && (threshold === null || (threshold >= 0.5 && threshold <= 0.99));
  const report = useQuery({
    ...orpc.dataTables.duplicates.queryOptions({
      input: { dataset: version.datasetName, version: version.version, ignore: [...ignore], threshold },
    }),
    enabled: valid,
  });
  return (
    <div className={styles.body}>
      <form
        className={styles.choose}
        onSubmit={(event) => {
          event.preventDefault();
          setQuery({ duplicates: kind });
        }}
      >
        <Field label="Look for">
          {(field) => (
            <select {...field} value={kind} onChange={({ target }) => setKind(target.value)}>
              <option value={equalOnly}>equal rows only</option>
              <option value="0.95">rows at least 95 % alike</option>
              <option value="0.85">rows at least 85 % alike</option>
              <option value="0.7">rows at least 70 % alike</option>
            </select>
          )}
        </Field>
        <Field label="Leave out a column" help={ignore.length === 0 ? 'Such as an id' : ignore.join(', ')}>
          {(field) => (
            <select
              {...field}
              value=""
              onChange={({ target }) =>
                setQuery({
                  ignore: target.value === '' ? null : writeNames([...ignore, target.value]),
                })
              }
            >
              <option value="">{ignore.length === 0 ? 'none' : 'none after all'}</option>
              {version.columns
                .filter(({ name }) => !ignore.includes(name))
                .map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
            </select>
          )}
        </Field>
        {ignore.length > 0 ? (
          <Button variant="quiet" onClick={() => setQuery({ ignore: null })}>
            Leave out none
          </Button>
        ) : null}
        <Button variant="primary" type="submit">
          Look for duplicates
        </Button>
      </form>
      {valid ? (
        <Looked query={report} queryKey={orpc.dataTables.duplicates.key()} waiting="Looking for duplicates">
          {(result) => <Report report={result} />}
        </Looked>
      ) : (
        <p className={styles.answer}>
          Equal rows weigh more than others in training, and tell too good a story where one is learnt from
          and the other asked for. Of ten million rows this takes a minute or so.
        </p>
      )}
    </div>
  );
}

function Report({
  report: { exact, near, rows, columns, comparedColumns },
}: {
  readonly report: DuplicateReport;
}) {
  return (
    <>
      <p className={styles.answer}>
        {exact.extraRows === 0
          ? `No two of ${counted(rows, 'row')} are equal`
          : `${counted(exact.extraRows, 'row')} of ${formatCount(rows)} (${formatPercent(exact.extraRows / Math.max(1, rows))}) repeat an earlier one`}
        {near === null
          ? ''
          : near.pairs === 0
            ? '; none is nearly equal to another'
            : `; ${near.complete ? '' : 'at least '}${counted(near.pairs, 'pair is', 'pairs are')} nearly equal`}
        . Compared in {counted(comparedColumns, 'column')}.
      </p>
      {exact.examples.length > 0 ? (
        <>
          <h3>Equal rows</h3>
          <RowTable
            label="Equal rows"
            lead={['Rows', 'Times']}
            columns={columns}
            rows={exact.examples.map(({ count, rowNumbers, cells }) => ({
              key: rowNumbers.join(' '),
              lead: [
                `${rowNumbers.map((number) => formatCount(number + 1)).join(', ')}${count > rowNumbers.length ? ' …' : ''}`,
                formatCount(count),
              ],
              cells,
            }))}
          />
        </>
      ) : null}
      {near && near.examples.length > 0 ? (
        <>
          <h3>Nearly equal rows</h3>
          <RowTable
            label="Nearly equal rows"
            lead={['Row', 'Alike']}
            columns={columns}
            rows={near.examples.flatMap(({ similarity, rowNumbers, cells }) =>
              ([0, 1] as const).map((side) => ({
                key: `${rowNumbers.join(' ')} ${side}`,
                lead: [formatCount(rowNumbers[side] + 1), side === 0 ? formatPercent(similarity) : ''],
                cells: cells[side],
                marked: cells[side].map((cell, index) => cell !== cells[side === 0 ? 1 : 0][index]),
                last: side === 1,
              })),
            )}
          />
        </>
      ) : null}
    </>
  );
}
