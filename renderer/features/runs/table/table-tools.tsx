import { IconClipboardCopy } from '@tabler/icons-react';
import { Menu, type MenuItem } from '../../../components/menu.tsx';
import { aboutTitles, fieldOf, type KnownKeys } from './run-fields.ts';
import styles from './run-table.module.css';
import type { TextFormat } from './table-text.ts';

interface GroupChoiceProps {
  readonly group: string | null;
  readonly known: KnownKeys;
  readonly onChange: (group: string | null) => void;
}

const groupable = ['experiment', 'status', 'data', 'template', 'target'];
const words = new Intl.Collator('en', { numeric: true });

/** What the runs are grouped by: something about them, a parameter or a tag. */
export function GroupChoice({ group, known, onChange }: GroupChoiceProps) {
  const ids = (kind: 'params' | 'tags') => known[kind].map((key) => `${kind}.${key}`).sort(words.compare);
  const parts = [
    ['Parameters', ids('params')],
    ['Tags', ids('tags')],
  ] as const;
  const listed = new Set<string>([...groupable, ...parts.flatMap(([, list]) => list)]);
  return (
    <label className={styles.select}>
      <span>Group by</span>
      <select value={group ?? ''} onChange={(event) => onChange(event.target.value || null)}>
        <option value="">nothing</option>
        {group !== null && !listed.has(group) ? <option value={group}>{fieldOf(group).title}</option> : null}
        {groupable.map((id) => (
          <option key={id} value={id}>
            {aboutTitles[id]?.toLowerCase()}
          </option>
        ))}
        {parts.map(([title, list]) =>
          list.length === 0 ? null : (
            <optgroup key={title} label={title}>
              {list.map((id) => (
                <option key={id} value={id}>
                  {fieldOf(id).title}
                </option>
              ))}
            </optgroup>
          ),
        )}
      </select>
    </label>
  );
}

interface CopyMenuProps {
  readonly marked: number;
  /** Copies the marked runs, or all that the view shows. */
  readonly onCopy: (what: 'marked' | 'view', format: TextFormat) => void;
}

const formats = [
  ['csv', 'CSV'],
  ['markdown', 'Markdown'],
  ['latex', 'LaTeX'],
] as const;

/** The table as text for a spreadsheet, a page or a paper. */
export function CopyMenu({ marked, onCopy }: CopyMenuProps) {
  const items = (what: 'marked' | 'view', words: string): MenuItem[] =>
    formats.map(([format, name]) => ({
      id: `${what} ${format}`,
      label: `${words} as ${name}`,
      ...(what === 'marked' && format === 'csv' && { note: 'Ctrl C' }),
      run: () => onCopy(what, format),
    }));
  return (
    <Menu
      label="Copy the table"
      className={styles.menuButton}
      groups={[marked > 0 ? items('marked', `${marked} marked`) : [], items('view', 'The view')]}
    >
      <IconClipboardCopy size={16} stroke={1.5} aria-hidden />
      Copy
    </Menu>
  );
}
