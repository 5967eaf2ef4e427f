import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import type { VersionDiff } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { formatBytes } from '../../../components/format.ts';
import styles from './diff.module.css';
import { type DifferenceLine, lineIn, placeOf } from './difference-lines.ts';

const pageFiles = 200;
const signs = { added: '+', removed: '−', changed: '~', renamed: '→' } as const;

/** The files that differ, one a row, however many there are: pages are read as they come into view. */
export function FileDifferences({ diff }: { readonly diff: VersionDiff }) {
  const all = Object.values(diff.counts).reduce((sum, count) => sum + count, 0);
  const rows = useMemo(() => Array.from({ length: all }, (_, line) => line), [all]);
  const columns = useMemo(() => columnsOf(diff), [diff]);
  return (
    <DataTable
      label="Files that differ"
      rows={rows}
      columns={columns}
      rowId={String}
      empty="Both versions have the same files."
    />
  );
}

interface LineCellProps {
  readonly diff: VersionDiff;
  readonly line: number;
  readonly children: (line: DifferenceLine) => ReactNode;
}

/** A cell of a line, whose page is read when it comes into view. */
function LineCell({ diff: { counts, before, after }, line, children }: LineCellProps) {
  const place = placeOf(counts, line);
  const page = useQuery(
    orpc.datasets.diff.queryOptions({
      input: {
        dataset: after.datasetName,
        version: after.version,
        before: before.version,
        beforeDataset: before.datasetName,
        offset: Math.floor((place?.at ?? 0) / pageFiles) * pageFiles,
        limit: pageFiles,
      },
      // The files of versions never change.
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  const found = place && page.data && lineIn(page.data, place.kind, place.at % pageFiles);
  return found ? children(found) : '…';
}

function columnsOf(diff: VersionDiff): readonly Column<number>[] {
  const cell = (render: (line: DifferenceLine) => ReactNode) => (line: number) => (
    <LineCell diff={diff} line={line}>
      {render}
    </LineCell>
  );
  return [
    {
      id: 'kind',
      title: '',
      width: 90,
      render: cell(({ kind }) => (
        <span className={styles.kind} data-tone={kind}>
          <b>{signs[kind]}</b> {kind}
        </span>
      )),
    },
    {
      id: 'path',
      title: 'File',
      width: 420,
      render: cell(({ path, from }) => (
        <span title={from === null ? path : `${from} → ${path}`}>
          {from === null ? null : <small>{from} → </small>}
          {path}
        </span>
      )),
    },
    {
      id: 'before',
      title: 'Before',
      width: 90,
      align: 'right',
      mono: true,
      render: cell(({ before }) => (before ? formatBytes(before.sizeBytes) : '–')),
    },
    {
      id: 'after',
      title: 'After',
      width: 90,
      align: 'right',
      mono: true,
      render: cell(({ after }) => (after ? formatBytes(after.sizeBytes) : '–')),
    },
  ];
}
