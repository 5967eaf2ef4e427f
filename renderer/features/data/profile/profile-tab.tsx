import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { TableProfile } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { counted, formatCount } from '../../../components/format.ts';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { useQueryString } from '../../../shell/router.ts';
import { Looked } from '../looked.tsx';
import { ClassBalancePanel } from './class-balance.tsx';
import { ColumnProfileRow } from './column-profile-row.tsx';
import { DuplicatesPanel } from './duplicates-panel.tsx';
import styles from './profile.module.css';

/** Columns of one page of the list. */
const pageColumns = 100;

const parts = [
  ['columns', 'Columns'],
  ['classes', 'Class balance'],
  ['duplicates', 'Duplicates'],
] as const;

/** What is known of a version's columns, its classes, and the rows that it has more than once. */
export function ProfileTab({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const part = parts.find(([name]) => name === query.get('part'))?.[0] ?? 'columns';
  return (
    <div className={styles.tab}>
      <div className={styles.tools}>
        <SegmentedChoice
          label="Part of the profile"
          chosen={part}
          options={parts}
          onChoose={(next) => setQuery({ part: next === 'columns' ? null : next })}
        />
      </div>
      {part === 'columns' ? <Columns version={version} /> : null}
      {part === 'classes' ? <ClassBalancePanel version={version} /> : null}
      {part === 'duplicates' ? <DuplicatesPanel version={version} /> : null}
    </div>
  );
}

function Columns({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const search = useDeferredValue(query.get('search') ?? '');
  const [from, setFrom] = useState(0);
  const options = orpc.dataTables.profile.queryOptions({
    input: {
      dataset: version.datasetName,
      version: version.version,
      columnOffset: from,
      columnLimit: pageColumns,
      search,
    },
  });
  const profile = useQuery({ ...options, placeholderData: (before) => before });
  return (
    <div className={styles.body}>
      <div className={styles.search}>
        <input
          aria-label="Search columns"
          placeholder="Search columns"
          value={query.get('search') ?? ''}
          onChange={({ target }) => {
            setQuery({ search: target.value || null });
            setFrom(0);
          }}
        />
      </div>
      <Looked query={profile} queryKey={orpc.dataTables.profile.key()} waiting="Reading the profile">
        {(result) => <Page result={result} from={from} onFrom={setFrom} />}
      </Looked>
    </div>
  );
}

interface PageProps {
  readonly result: TableProfile;
  readonly from: number;
  readonly onFrom: (from: number) => void;
}

function Page({ result: { columns, totalColumns, rows }, from, onFrom }: PageProps) {
  const gaps = columns.filter(({ missing }) => missing > 0).length;
  return (
    <>
      <p className={styles.answer}>
        {counted(totalColumns, 'column')} over {counted(rows, 'row')};{' '}
        {gaps === 0 ? 'no value is missing' : `${counted(gaps, 'column has', 'columns have')} gaps`}
        {columns.every(({ exact }) => exact) ? '.' : '; quantiles of so many rows are estimates.'}
      </p>
      <ul className={styles.columns} aria-label="Columns">
        {columns.map((column) => (
          <ColumnProfileRow key={column.name} column={column} />
        ))}
      </ul>
      {columns.length === 0 ? <p className={styles.answer}>No column is called so.</p> : null}
      {totalColumns > pageColumns ? (
        <div className={styles.turn}>
          <Button size="small" disabled={from === 0} onClick={() => onFrom(Math.max(0, from - pageColumns))}>
            Back
          </Button>
          <span>
            {formatCount(from + 1)}–{formatCount(from + columns.length)} of {formatCount(totalColumns)}
          </span>
          <Button
            size="small"
            disabled={from + columns.length >= totalColumns}
            onClick={() => onFrom(from + pageColumns)}
          >
            On
          </Button>
        </div>
      ) : null}
    </>
  );
}
