import { IconColumns3 } from '@tabler/icons-react';
import { useState } from 'react';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { counted } from '../../../components/format.ts';
import screen from '../../../components/screen.module.css';
import styles from './table.module.css';

interface ColumnChooserProps {
  readonly columns: readonly Column[];
  /** Null: all. */
  readonly chosen: readonly string[] | null;
  readonly onChoose: (names: readonly string[] | null) => void;
}

/** Which columns of a table are shown. */
export function ColumnChooser({ columns, chosen, onChoose }: ColumnChooserProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        size="small"
        variant="quiet"
        icon={<IconColumns3 size={14} stroke={1.6} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        {chosen ? `${chosen.length} of ${columns.length} columns` : 'Columns'}
      </Button>
      {opened ? <Chooser {...{ columns, chosen, onChoose }} onClose={() => setOpened(false)} /> : null}
    </>
  );
}

/** Boxes drawn at once; more are found by typing. */
const mostShown = 300;

function Chooser({
  columns,
  chosen,
  onChoose,
  onClose,
}: ColumnChooserProps & { readonly onClose: () => void }) {
  const [marked, setMarked] = useState<ReadonlySet<string>>(
    new Set(chosen ?? columns.map(({ name }) => name)),
  );
  const [search, setSearch] = useState('');
  const found = columns.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
  const mark = (names: readonly string[], on: boolean) => {
    const next = new Set(marked);
    for (const name of names) {
      if (on) next.add(name);
      else next.delete(name);
    }
    setMarked(next);
  };
  const names = found.map(({ name }) => name);
  return (
    <Dialog opened title="Which columns?" onClose={onClose} size={440}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (marked.size === 0) return;
          const kept = columns.flatMap(({ name }) => (marked.has(name) ? [name] : []));
          onChoose(kept.length === columns.length ? null : kept);
          onClose();
        }}
      >
        <div className={styles.chooserHead}>
          <input
            data-autofocus
            aria-label="Search columns"
            placeholder="Search columns"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
          <Button size="small" onClick={() => mark(names, true)}>
            Show {search ? 'found' : 'all'}
          </Button>
          <Button size="small" onClick={() => mark(names, false)}>
            Hide {search ? 'found' : 'all'}
          </Button>
        </div>
        <ul className={styles.chooser} aria-label="Columns">
          {found.slice(0, mostShown).map(({ name, type }) => (
            <li key={name}>
              <label className={screen.check}>
                <input
                  type="checkbox"
                  checked={marked.has(name)}
                  onChange={({ target }) => mark([name], target.checked)}
                />
                {name} <small>{type}</small>
              </label>
            </li>
          ))}
          {found.length > mostShown ? <li>and {counted(found.length - mostShown, 'more column')}</li> : null}
        </ul>
        <DialogFooter note={`${counted(marked.size, 'column')} of ${columns.length}`}>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={marked.size === 0}>
            Show them
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
