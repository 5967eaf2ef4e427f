import { useMemo } from 'react';
import type { VersionDiff, VersionFile } from '../../../../app/contract/datasets.contract.ts';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { formatBytes, formatCount } from '../../../components/format.ts';
import styles from './diff.module.css';

interface Line {
  readonly kind: 'added' | 'removed' | 'changed' | 'renamed';
  readonly path: string;
  /** The former path of what was renamed. */
  readonly from: string | null;
  readonly before: VersionFile | null;
  readonly after: VersionFile | null;
}

const signs = { added: '+', removed: '−', changed: '~', renamed: '→' } as const;

const columns: readonly Column<Line>[] = [
  {
    id: 'kind',
    title: '',
    width: 90,
    render: ({ kind }) => (
      <span className={styles.kind} data-tone={kind}>
        <b>{signs[kind]}</b> {kind}
      </span>
    ),
  },
  {
    id: 'path',
    title: 'File',
    width: 420,
    render: ({ path, from }) => (
      <span title={from === null ? path : `${from} → ${path}`}>
        {from === null ? null : <small>{from} → </small>}
        {path}
      </span>
    ),
  },
  {
    id: 'before',
    title: 'Before',
    width: 90,
    align: 'right',
    mono: true,
    render: ({ before }) => (before ? formatBytes(before.sizeBytes) : '–'),
  },
  {
    id: 'after',
    title: 'After',
    width: 90,
    align: 'right',
    mono: true,
    render: ({ after }) => (after ? formatBytes(after.sizeBytes) : '–'),
  },
];

/** The files that differ, one a row. */
export function FileDifferences({ diff }: { readonly diff: VersionDiff }) {
  const lines = useMemo(
    (): Line[] => [
      ...diff.changed.map(
        ({ before, after }): Line => ({ kind: 'changed', path: after.path, from: null, before, after }),
      ),
      ...diff.renamed.map(
        ({ before, after }): Line => ({
          kind: 'renamed',
          path: after.path,
          from: before.path,
          before,
          after,
        }),
      ),
      ...diff.added.map(
        (after): Line => ({ kind: 'added', path: after.path, from: null, before: null, after }),
      ),
      ...diff.removed.map(
        (before): Line => ({ kind: 'removed', path: before.path, from: null, before, after: null }),
      ),
    ],
    [diff],
  );
  const all = Object.values(diff.counts).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <DataTable
        label="Files that differ"
        rows={lines}
        columns={columns}
        rowId={({ kind, path }) => `${kind} ${path}`}
        empty="Both versions have the same files."
      />
      {all > lines.length ? (
        <p className={styles.answer}>
          {formatCount(lines.length)} of {formatCount(all)} are shown, at most 1,000 of each kind.
        </p>
      ) : null}
    </>
  );
}
