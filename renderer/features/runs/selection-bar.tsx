import {
  IconChartLine,
  IconFolderSymlink,
  IconPlayerStop,
  IconRefresh,
  IconTag,
  IconTrash,
  IconUpload,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { counted, formatCount } from '../../components/format.ts';
import { KeyCap } from '../../components/key-cap.tsx';
import screen from '../../components/screen.module.css';
import { useTransferDialog } from '../transfer/transfer-dialog.store.ts';
import { MoveDialog } from './move-dialog.tsx';
import { compareRuns, mostCompared, type RunActions } from './run-actions.ts';
import styles from './runs.module.css';
import type { MarkedRuns } from './table/marked-runs.ts';
import { TagDialog } from './tag-dialog.tsx';

interface SelectionBarProps {
  readonly marked: MarkedRuns;
  /** Runs that the view finds. */
  readonly total: number;
  readonly actions: RunActions;
  /** Marks every run that the view finds. */
  readonly onAll: () => void;
  readonly onClear: () => void;
}

const activeRuns = 'status in (queued, running)';

/** What can be done to the marked runs; only actions that apply to them show. */
export function SelectionBar({ marked, total, actions, onAll, onClear }: SelectionBarProps) {
  const [asking, setAsking] = useState<'tag' | 'move' | null>(null);
  const active = useQuery(orpc.runs.ids.queryOptions({ input: { filter: activeRuns } }));
  const ids = useMemo(() => [...marked.keys()], [marked]);
  const isActive = useMemo(() => new Set(active.data?.ids), [active.data]);
  const going = ids.filter((id) => isActive.has(id));
  const ended = active.data === undefined ? [] : ids.filter((id) => !isActive.has(id));
  const [only] = marked.values();
  const tooMany = ids.length > mostCompared;
  return (
    <div className={styles.selection} role="toolbar" aria-label="Marked runs">
      <b>{formatCount(ids.length)} selected</b>
      <span className={screen.quiet}>{factsOf(marked)}</span>
      {ids.length < total ? (
        <Button variant="quiet" onClick={onAll}>
          Select all {formatCount(total)}
        </Button>
      ) : null}
      <i />
      <Button
        variant="primary"
        icon={<IconChartLine size={16} stroke={1.5} aria-hidden />}
        disabled={tooMany}
        title={tooMany ? `At most ${mostCompared} runs at once` : undefined}
        onClick={() => compareRuns(ids.map((id) => ({ id })))}
      >
        Compare <KeyCap>C</KeyCap>
      </Button>
      {ids.length === 1 && only ? (
        <Button
          icon={<IconRefresh size={16} stroke={1.5} aria-hidden />}
          onClick={() => void actions.change(only)}
        >
          Run with changes
        </Button>
      ) : null}
      <Button icon={<IconTag size={16} stroke={1.5} aria-hidden />} onClick={() => setAsking('tag')}>
        Tag
      </Button>
      <Button
        icon={<IconFolderSymlink size={16} stroke={1.5} aria-hidden />}
        onClick={() => setAsking('move')}
      >
        Move
      </Button>
      <Button
        icon={<IconUpload size={16} stroke={1.5} aria-hidden />}
        onClick={() => useTransferDialog.getState().openExport({ marked: ids })}
      >
        Export
      </Button>
      {going.length > 0 ? (
        <Button
          icon={<IconPlayerStop size={16} stroke={1.5} aria-hidden />}
          onClick={() => void actions.cancelMany(going)}
        >
          Cancel {going.length > 1 ? formatCount(going.length) : ''}
        </Button>
      ) : null}
      {ended.length > 0 ? (
        <Button
          variant="danger"
          icon={<IconTrash size={16} stroke={1.5} aria-hidden />}
          onClick={() => {
            void actions.removeMany(
              ended,
              ended.length === 1 ? marked.get(ended[0] ?? ids[0]!)?.name : undefined,
            );
            onClear();
          }}
        >
          Delete {ended.length === ids.length ? '' : `${formatCount(ended.length)} ended`}
        </Button>
      ) : null}
      <button type="button" className={styles.clear} onClick={onClear}>
        <KeyCap>Esc</KeyCap> clear selection
      </button>
      {asking === 'tag' ? (
        <TagDialog
          runs={ids}
          onTag={(key, value) => void actions.tagAll(ids, key, value)}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {asking === 'move' ? (
        <MoveDialog
          runs={marked}
          onMove={(experiment) => void actions.move(ids, experiment)}
          onClose={() => setAsking(null)}
        />
      ) : null}
    </div>
  );
}

/** From how many experiments and data set versions the runs are, where that is known of all of them. */
function factsOf(marked: MarkedRuns): string {
  const runs = [...marked.values()].filter((run): run is Run => run !== null);
  if (runs.length < marked.size) return '';
  const experiments = new Set(runs.map(({ experimentName }) => experimentName)).size;
  const data = new Set(runs.flatMap(({ inputs }) => inputs.map(({ datasetVersionId }) => datasetVersionId)));
  return `${counted(experiments, 'experiment')}${data.size === 0 ? '' : `, ${counted(data.size, 'dataset version')}`}`;
}
