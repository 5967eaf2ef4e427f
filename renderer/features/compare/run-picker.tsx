import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { formatMetric } from '../../components/format.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useAllRuns } from '../runs/all-runs.ts';
import { mainMetric, metricOf } from '../runs/metrics.ts';
import { filterRuns } from '../runs/runs-table.ts';
import styles from './compare.module.css';

interface RunPickerProps {
  readonly label: string;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
  readonly primary?: boolean;
}

/** A button that opens the list of runs to mark for the comparison. */
export function RunPicker({ label, chosen, onChange, primary = false }: RunPickerProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant={primary ? 'primary' : undefined}
        icon={<IconPlus size={16} stroke={1.5} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      {open ? (
        <Dialog opened title="Which runs to compare?" onClose={() => setOpen(false)} size={520}>
          <RunList
            chosen={chosen}
            onDone={(ids) => {
              setOpen(false);
              onChange(ids);
            }}
          />
        </Dialog>
      ) : null}
    </>
  );
}

const shownRuns = 200;

function RunList(props: {
  readonly chosen: readonly string[];
  readonly onDone: (ids: readonly string[]) => void;
}) {
  const { runs, total } = useAllRuns();
  const [text, setText] = useState('');
  const [marked, setMarked] = useState<readonly string[]>(props.chosen);
  const found = filterRuns(runs, text);
  const metric = mainMetric(runs);
  const toggle = (id: string) =>
    setMarked(marked.includes(id) ? marked.filter((other) => other !== id) : [...marked, id]);
  return (
    <div className={styles.picker}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the dialog exists to search here
        autoFocus
        aria-label="Filter runs"
        placeholder="Name, experiment, tag or key=value"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul>
        {found.slice(0, shownRuns).map((run) => (
          <li key={run.id}>
            <label>
              <input type="checkbox" checked={marked.includes(run.id)} onChange={() => toggle(run.id)} />
              <StateMark state={run.status} />
              <RunSwatch color={run.color} />
              <span>{run.name}</span>
              <small>{metric === null ? '' : formatMetric(metricOf(run, metric))}</small>
            </label>
          </li>
        ))}
      </ul>
      <footer>
        <span>
          {found.length > shownRuns
            ? `${shownRuns} of ${found.length} shown; type to narrow`
            : `${total} runs`}
        </span>
        <Button variant="primary" disabled={marked.length === 0} onClick={() => props.onDone(marked)}>
          Compare {marked.length}
        </Button>
      </footer>
    </div>
  );
}
