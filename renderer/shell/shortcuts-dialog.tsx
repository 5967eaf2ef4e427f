import { Dialog } from '../components/dialog.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { commands } from './commands.ts';
import styles from './frame.module.css';
import { useOverlays } from './overlays.store.ts';

type Keys = readonly (readonly [keys: string, does: string])[];

const everywhere: Keys = [
  ['Ctrl K', 'Search or run a command'],
  ...commands.flatMap(({ keys, title }) => (keys ? [[keys, title] as const] : [])),
];

const inTables: Keys = [
  ['↑ ↓', 'Move'],
  ['Space', 'Mark'],
  ['Shift ↓', 'Mark on'],
  ['Enter', 'Open'],
  ['Ctrl A', 'Mark all'],
  ['c', 'Compare the marked runs'],
  ['Ctrl C', 'Copy the marked runs'],
  ['← →', 'Close and open a group, or scroll'],
  ['Alt ↑ ↓', 'Change the order of the queue'],
  ['Esc', 'Unmark'],
];

const onHeads: Keys = [
  ['← →', 'Next column'],
  ['Enter', 'Sort'],
  ['Alt →', 'Move the column'],
  ['Shift →', 'Make it wider'],
  ['p', 'Pin or unpin'],
  ['Delete', 'Hide'],
];

/** Every key there is. */
export function ShortcutsDialog() {
  const { shortcuts, set } = useOverlays();
  return (
    <Dialog
      opened={shortcuts}
      title="Keyboard shortcuts"
      onClose={() => set({ shortcuts: false })}
      size={380}
    >
      <KeyList title="Everywhere" keys={everywhere} />
      <KeyList title="In tables" keys={inTables} />
      <KeyList title="On the heads of runs" keys={onHeads} />
    </Dialog>
  );
}

function KeyList({ title, keys }: { readonly title: string; readonly keys: Keys }) {
  return (
    <section className={styles.keys}>
      <h3>{title}</h3>
      <dl>
        {keys.map(([combination, does]) => (
          <div key={combination}>
            <dt>
              {combination.split(' ').map((key) => (
                <KeyCap key={key}>{key.length === 1 ? key.toUpperCase() : key}</KeyCap>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
