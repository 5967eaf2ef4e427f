import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { RunId } from '../../../app/contract/ids.ts';
import type { DiskMap, StoredGroup, StoredThing } from '../../../app/contract/storage.contract.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable, type Sort } from '../../components/data-table.tsx';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { Pane } from '../../components/pane.tsx';
import { Link } from '../../shell/router.ts';
import styles from './disk.module.css';
import { freedBy, groupKey } from './disk-areas.ts';

type Row = StoredGroup | StoredThing;

const words = { dataset: 'data', run: 'runs', model: 'model', file: 'uploads' } as const;
const values: Readonly<Record<string, (row: Row) => number | string>> = {
  name: ({ name }) => name,
  size: (row) => row.sizeBytes + row.folderBytes,
  stored: (row) => row.storedBytes + row.folderBytes,
  frees: freedBy,
};

interface ThingsTableProps {
  readonly map: DiskMap;
  /** Only what belongs to it; null: the groups. */
  readonly group: StoredGroup | null;
  readonly onOpen: (key: string) => void;
  readonly onChange: () => void;
}

/** What everything costs, and what deleting it frees. */
export function ThingsTable({ map, group, onOpen, onChange }: ThingsTableProps) {
  const [sort, setSort] = useState<Sort>({ by: 'frees', descending: true });
  const remove = useRemoveThing(onChange);
  const rows = useMemo(() => {
    const all: readonly Row[] = group
      ? map.things.filter(({ kind, groupId }) => kind === group.kind && groupId === group.id)
      : map.groups;
    const value = values[sort.by] ?? freedBy;
    const order = sort.descending ? -1 : 1;
    return all.toSorted((a, b) => {
      const [left, right] = [value(a), value(b)];
      return (left < right ? -1 : left > right ? 1 : 0) * order;
    });
  }, [map, group, sort]);

  const columns: Column<Row>[] = [
    {
      id: 'name',
      title: 'Name',
      width: 260,
      sortable: true,
      render: (row) => (
        <>
          {pageOf(row) === null ? row.name : <Link to={pageOf(row)!}>{row.name}</Link>}{' '}
          <small className={styles.quiet}>
            {words[row.kind]}
            {'deletedAt' in row && row.deletedAt !== null ? ', deleted' : ''}
          </small>
        </>
      ),
    },
    bytesColumn('size', 'Size', values.size!),
    bytesColumn('stored', 'On disk', values.stored!),
    bytesColumn('frees', 'Deleting frees', values.frees!),
    {
      id: 'action',
      title: '',
      width: 90,
      align: 'right',
      render: (row) =>
        'groupId' in row && row.deletedAt === null && (row.kind === 'dataset' || row.kind === 'run') ? (
          <Button size="small" disabled={remove.isPending} onClick={() => remove.mutate(row)}>
            Delete
          </Button>
        ) : null,
    },
  ];
  return (
    <Pane title={group ? 'What it holds' : 'What is kept'} count={rows.length}>
      <DataTable
        label="What everything costs"
        rows={rows}
        columns={columns}
        rowId={(row) => `${row.kind}:${row.id}`}
        sort={sort}
        onSort={setSort}
        onOpen={(row) => (group === null ? onOpen(groupKey(row)) : undefined)}
        empty="Nothing is kept yet. Import data or train something."
      />
    </Pane>
  );
}

function bytesColumn(id: string, title: string, value: (row: Row) => number | string): Column<Row> {
  return {
    id,
    title,
    width: 100,
    align: 'right',
    mono: true,
    sortable: true,
    render: (row) => formatBytes(Number(value(row))),
  };
}

function pageOf(row: Row): string | null {
  if (!('groupId' in row)) return null;
  if (row.kind === 'run') return `/runs/${row.id}`;
  const [name, version] = row.name.split('@');
  if (row.kind === 'dataset') return `/data/${encodeURIComponent(name!)}?version=${version!.slice(1)}`;
  return row.kind === 'model' ? `/models/${encodeURIComponent(name!)}` : null;
}

/** Deletes a version or a run, with an Undo; says what that will free. */
function useRemoveThing(onChange: () => void) {
  return useMutation({
    mutationFn: async (thing: StoredThing) => {
      if (thing.kind === 'run') await client.runs.delete({ runs: [thing.id as RunId] });
      else {
        const [dataset, version] = thing.name.split('@');
        await client.datasets.deleteVersion({ dataset: dataset!, version: version! });
      }
      return thing;
    },
    onSuccess: (thing) => {
      onChange();
      notify.undo(
        `Deleted ${thing.name}; frees ${formatBytes(freedBy(thing))} once it is collected`,
        async () => {
          if (thing.kind === 'run') await client.runs.restore({ runs: [thing.id as RunId] });
          else await client.datasets.restoreVersion({ id: thing.id as never });
          onChange();
        },
      );
    },
    onError: (error) => notify.error(error),
  });
}
