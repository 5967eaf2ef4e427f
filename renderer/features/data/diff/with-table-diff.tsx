import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { TableDiff } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { useQueryString } from '../../../shell/router.ts';
import { Looked } from '../looked.tsx';
import { readNames, writeNames } from '../table/row-query.ts';
import styles from './diff.module.css';

interface WithTableDiffProps {
  readonly before: DatasetVersion;
  readonly after: DatasetVersion;
  readonly children: (diff: TableDiff) => ReactNode;
}

/** The rows of two versions compared, by the columns that name a row or by their content; which ones are in the address. */
export function WithTableDiff({ before, after, children }: WithTableDiffProps) {
  const [query, setQuery] = useQueryString();
  const both = after.columns.filter(({ name }) => before.columns.some((one) => one.name === name));
  const key = readNames(query.get('key')).filter((name) => both.some((one) => one.name === name));
  const diff = useQuery(
    orpc.dataTables.diff.queryOptions({
      input: {
        before: { dataset: before.datasetName, version: before.version },
        after: { dataset: after.datasetName, version: after.version },
        ...(key.length > 0 && { key: [...key] }),
      },
    }),
  );
  return (
    <>
      <div className={styles.keys}>
        <span>{key.length === 0 ? 'Rows are compared by their content.' : 'A row is named by'}</span>
        {key.map((name) => (
          <span key={name} className={styles.chip}>
            {name}
            <button
              type="button"
              title={`Take ${name} out of the key`}
              onClick={() => setQuery({ key: writeNames(key.filter((one) => one !== name)) })}
            >
              <IconX size={12} stroke={1.6} aria-hidden />
              <span className="sr-only">Take {name} out of the key</span>
            </button>
          </span>
        ))}
        <select
          aria-label="Add a key column"
          value=""
          onChange={({ target }) => setQuery({ key: writeNames([...key, target.value]) })}
        >
          <option value="">{key.length === 0 ? 'Compare by a key' : 'and'}</option>
          {both
            .filter(({ name }) => !key.includes(name))
            .map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
        </select>
      </div>
      <Looked query={diff} queryKey={orpc.dataTables.diff.key()} waiting="Comparing the tables">
        {children}
      </Looked>
    </>
  );
}
