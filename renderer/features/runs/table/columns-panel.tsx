import { IconPin, IconPinFilled, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { IconButton } from '../../../components/button.tsx';
import { counted } from '../../../components/format.ts';
import { aboutTitles, type FieldKind, fieldOf, type KnownKeys } from './run-fields.ts';
import styles from './run-table.module.css';
import type { PlacedColumn } from './table-view.ts';

interface ColumnsPanelProps {
  readonly placed: readonly PlacedColumn[];
  readonly known: KnownKeys;
  readonly onChange: (columns: readonly PlacedColumn[] | null) => void;
  readonly onClose: () => void;
}

/** More than this many of a kind are found by typing. */
const mostListed = 100;

/** Which columns show, and which stay at the left. The order is that of the table: drag the heads, or Alt and arrows. */
export function ColumnsPanel({ placed, known, onChange, onClose }: ColumnsPanelProps) {
  const [text, setText] = useState('');
  const byId = new Map(placed.map((column) => [column.id, column]));
  const wanted = text.trim().toLowerCase();
  const toggle = (id: string) =>
    onChange(
      byId.has(id)
        ? placed.filter((column) => column.id !== id)
        : [...placed, { id, widthPx: null, pinned: false }],
    );
  const pin = (id: string) => {
    const before = byId.get(id) ?? { id, widthPx: null, pinned: false };
    const next = { ...before, pinned: !before.pinned };
    onChange(byId.has(id) ? placed.map((one) => (one.id === id ? next : one)) : [...placed, next]);
  };
  return (
    <aside className={styles.columns} aria-label="Columns">
      <header>
        Columns
        <button type="button" className={styles.menuButton} onClick={() => onChange(null)}>
          Reset
        </button>
        <IconButton label="Close the columns" onClick={onClose}>
          <IconX size={16} stroke={1.5} aria-hidden />
        </IconButton>
      </header>
      <input
        // biome-ignore lint/a11y/noAutofocus: the panel was opened to search here
        autoFocus
        aria-label="Find a column"
        placeholder="Find a column"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles.choices}>
        {choices(known, placed).map(({ title, ids }) => {
          const found = ids.filter((id) => fieldOf(id).title.toLowerCase().includes(wanted));
          if (found.length === 0) return null;
          return (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              {found.slice(0, mostListed).map((id) => (
                <ColumnChoice
                  key={id}
                  id={id}
                  column={byId.get(id)}
                  onToggle={() => toggle(id)}
                  onPin={() => pin(id)}
                />
              ))}
              {found.length > mostListed ? (
                <p className={styles.note}>
                  {counted(found.length - mostListed, 'more column')}; type to find them.
                </p>
              ) : null}
            </section>
          );
        })}
      </div>
    </aside>
  );
}

interface ColumnChoiceProps {
  readonly id: string;
  readonly column: PlacedColumn | undefined;
  readonly onToggle: () => void;
  readonly onPin: () => void;
}

function ColumnChoice({ id, column, onToggle, onPin }: ColumnChoiceProps) {
  const { title } = fieldOf(id);
  const pinned = column?.pinned ?? false;
  return (
    <div className={styles.choice}>
      <label>
        {/* Without its name a run could not be told from another. */}
        <input type="checkbox" checked={column !== undefined} disabled={id === 'name'} onChange={onToggle} />
        <span title={title}>{title}</span>
      </label>
      <IconButton label={`Pin ${title}`} aria-pressed={pinned} onClick={onPin}>
        {pinned ? <IconPinFilled size={14} aria-hidden /> : <IconPin size={14} stroke={1.5} aria-hidden />}
      </IconButton>
    </div>
  );
}

/** Every column that there could be, by kind. */
function choices(
  known: KnownKeys,
  placed: readonly PlacedColumn[],
): { readonly title: string; readonly ids: readonly string[] }[] {
  const of = (kind: FieldKind, keys: readonly string[]) => {
    const named = placed.filter(({ id }) => fieldOf(id).kind === kind).map(({ id }) => id);
    return [...new Set([...keys.map((key) => `${kind}.${key}`), ...named])].sort(words.compare);
  };
  return [
    { title: 'About', ids: Object.keys(aboutTitles) },
    { title: 'Metrics', ids: of('metrics', known.metrics) },
    { title: 'Parameters', ids: of('params', known.params) },
    { title: 'Curves', ids: of('curve', known.metrics) },
    { title: 'Tags', ids: of('tags', known.tags) },
  ];
}

const words = new Intl.Collator('en', { numeric: true });
