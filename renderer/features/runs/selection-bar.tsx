import { IconChartLine, IconPlayerStop, IconRefresh, IconTag, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { counted, formatCount } from '../../components/format.ts';
import { KeyCap } from '../../components/key-cap.tsx';
import screen from '../../components/screen.module.css';
import { compareRuns, mostCompared, type RunActions } from './run-actions.ts';
import { hasEnded } from './run-state.ts';
import styles from './runs.module.css';
import { TagDialog } from './tag-dialog.tsx';

interface SelectionBarProps {
  readonly runs: readonly Run[];
  readonly actions: RunActions;
  readonly onClear: () => void;
}

/** What can be done to the marked runs; only actions that apply to them show. */
export function SelectionBar({ runs, actions, onClear }: SelectionBarProps) {
  const [only] = runs;
  const [tagging, setTagging] = useState(false);
  const going = runs.filter((run) => !hasEnded(run));
  const ended = runs.filter(hasEnded);
  const experiments = new Set(runs.map(({ experimentName }) => experimentName)).size;
  const data = new Set(runs.flatMap(({ inputs }) => inputs.map(({ datasetVersionId }) => datasetVersionId)))
    .size;
  return (
    <div className={styles.selection} role="toolbar" aria-label="Marked runs">
      <b>{formatCount(runs.length)} selected</b>
      <span className={screen.quiet}>
        {counted(experiments, 'experiment')}
        {data === 0 ? '' : `, ${counted(data, 'dataset version')}`}
      </span>
      <i />
      <Button
        variant="primary"
        icon={<IconChartLine size={16} stroke={1.5} aria-hidden />}
        disabled={runs.length > mostCompared}
        title={runs.length > mostCompared ? `At most ${mostCompared} runs at once` : undefined}
        onClick={() => compareRuns(runs)}
      >
        Compare <KeyCap>C</KeyCap>
      </Button>
      {runs.length === 1 && only ? (
        <Button
          icon={<IconRefresh size={16} stroke={1.5} aria-hidden />}
          onClick={() => void actions.change(only)}
        >
          Run with changes
        </Button>
      ) : null}
      <Button icon={<IconTag size={16} stroke={1.5} aria-hidden />} onClick={() => setTagging(true)}>
        Tag
      </Button>
      {going.length > 0 ? (
        <Button
          icon={<IconPlayerStop size={16} stroke={1.5} aria-hidden />}
          onClick={() => void actions.cancel(going)}
        >
          Cancel {going.length > 1 ? going.length : ''}
        </Button>
      ) : null}
      {ended.length > 0 ? (
        <Button
          variant="danger"
          icon={<IconTrash size={16} stroke={1.5} aria-hidden />}
          onClick={() => {
            void actions.remove(ended);
            onClear();
          }}
        >
          Delete {ended.length === runs.length ? '' : `${ended.length} ended`}
        </Button>
      ) : null}
      <button type="button" className={styles.clear} onClick={onClear}>
        <KeyCap>Esc</KeyCap> clear selection
      </button>
      {tagging ? (
        <TagDialog
          runs={runs}
          onTag={(key, value) => void actions.tagAll(runs, key, value)}
          onClose={() => setTagging(false)}
        />
      ) : null}
    </div>
  );
}
