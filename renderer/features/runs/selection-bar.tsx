import { IconChartLine, IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { KeyCap } from '../../components/key-cap.tsx';
import screen from '../../components/screen.module.css';
import { compareRuns, type RunActions } from './run-actions.ts';
import { hasEnded } from './run-state.ts';
import styles from './runs.module.css';

interface SelectionBarProps {
  readonly runs: readonly Run[];
  readonly actions: RunActions;
  readonly onClear: () => void;
}

/** What can be done to the marked runs; only actions that apply to them show. */
export function SelectionBar({ runs, actions, onClear }: SelectionBarProps) {
  const [only] = runs;
  const going = runs.filter((run) => !hasEnded(run));
  const ended = runs.filter(hasEnded);
  const experiments = new Set(runs.map(({ experimentName }) => experimentName)).size;
  const data = new Set(runs.map(({ inputs }) => inputs[0]?.datasetVersionId)).size;
  return (
    <div className={styles.selection} role="toolbar" aria-label="Marked runs">
      <b>{runs.length} selected</b>
      <span className={screen.quiet}>
        {experiments === 1 ? '1 experiment' : `${experiments} experiments`},{' '}
        {data === 1 ? '1 dataset version' : `${data} dataset versions`}
      </span>
      <i />
      <Button
        variant="primary"
        icon={<IconChartLine size={16} stroke={1.5} aria-hidden />}
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
    </div>
  );
}
