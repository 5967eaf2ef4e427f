import screen from '../../components/screen.module.css';
import styles from './runs.module.css';

interface ColumnChoiceProps {
  readonly keys: readonly { readonly id: string; readonly title: string }[];
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (hidden: ReadonlySet<string>) => void;
}

/** Which columns of the table show. */
export function ColumnChoice({ keys, hidden, onChange }: ColumnChoiceProps) {
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className={styles.columns}>
      <legend className="sr-only">Columns</legend>
      {keys.map(({ id, title }) => (
        <label key={id} className={screen.check}>
          <input type="checkbox" checked={!hidden.has(id)} onChange={() => toggle(id)} />
          {title}
        </label>
      ))}
    </fieldset>
  );
}
