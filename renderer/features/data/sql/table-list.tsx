import { IconChevronRight, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SavedQuery } from '../../../../app/contract/data-sql.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { IconButton } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { notify } from '../../../components/notify.ts';
import { Pane } from '../../../components/pane.tsx';
import { columnName, type SqlTable } from './complete-sql.ts';
import styles from './sql.module.css';

interface TableListProps {
  readonly tables: readonly SqlTable[];
  readonly nameOf: (dataset: string) => string;
  readonly onInsert: (word: string) => void;
  readonly onOpen: (saved: SavedQuery) => void;
}

/** Columns of one table that are listed; a wide one's others are found by typing. */
const mostColumns = 200;

/** What can be read, and what was kept: a name goes into the query, a saved query is opened. */
export function TableList({ tables, nameOf, onInsert, onOpen }: TableListProps) {
  const queries = useQueryClient();
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const saved = useQuery(orpc.dataTables.sql.listSaved.queryOptions({ input: {} }));
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.dataTables.sql.listSaved.key() });
  const toggle = (dataset: string) => {
    const next = new Set(unfolded);
    if (!next.delete(dataset)) next.add(dataset);
    setUnfolded(next);
  };
  const remove = async ({ id, name, query, display }: SavedQuery) => {
    try {
      await client.dataTables.sql.deleteSaved({ saved: id });
      notify.undo(`Removed ${name}`, async () => {
        await client.dataTables.sql.save({ name, query, display }).catch(notify.error);
        await refresh();
      });
    } catch (error) {
      notify.error(error);
    }
    await refresh();
  };
  return (
    <div className={styles.side}>
      <Pane title="Tables" count={tables.length}>
        <ul className={styles.tables}>
          {tables.map(({ dataset, columns }) => (
            <li key={dataset}>
              <div>
                <button
                  type="button"
                  aria-expanded={unfolded.has(dataset)}
                  title={`Columns of ${dataset}`}
                  onClick={() => toggle(dataset)}
                >
                  <IconChevronRight size={13} stroke={1.6} aria-hidden />
                  <span className="sr-only">Columns of {dataset}</span>
                </button>
                <button
                  type="button"
                  title={`Put ${dataset} into the query`}
                  onClick={() => onInsert(nameOf(dataset))}
                >
                  {dataset}
                </button>
              </div>
              {unfolded.has(dataset) ? (
                <ul>
                  {columns.slice(0, mostColumns).map(({ name, type }) => (
                    <li key={name}>
                      <button
                        type="button"
                        title={`Put ${name} into the query`}
                        onClick={() => onInsert(columnName(name))}
                      >
                        <span>{name}</span>
                        <small>{type}</small>
                      </button>
                    </li>
                  ))}
                </ul>
              ) : null}
            </li>
          ))}
        </ul>
      </Pane>
      <Pane title="Saved queries" count={saved.data?.length}>
        {saved.error ? <ErrorNotice error={saved.error} /> : null}
        <ul className={styles.saved}>
          {saved.data?.map((one) => (
            <li key={one.id}>
              <button type="button" title={one.query} onClick={() => onOpen(one)}>
                {one.name}
              </button>
              <IconButton label={`Remove ${one.name}`} onClick={() => void remove(one)}>
                <IconX size={13} stroke={1.6} aria-hidden />
              </IconButton>
            </li>
          ))}
          {saved.data?.length === 0 ? <li className={styles.none}>None yet.</li> : null}
        </ul>
      </Pane>
    </div>
  );
}
