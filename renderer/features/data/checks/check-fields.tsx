import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { Field } from '../../../components/field.tsx';
import screen from '../../../components/screen.module.css';
import type { CheckDraft } from './check-draft.ts';
import styles from './checks.module.css';

interface CheckFieldsProps {
  readonly version: DatasetVersion;
  readonly draft: CheckDraft;
  readonly onChange: (part: Partial<CheckDraft>) => void;
}

/** The texts of a draft by their names. */
type TextKey = 'min' | 'max' | 'pattern' | 'share' | 'minRows' | 'maxAge' | 'against' | 'limit' | 'name';

/** The fields that a kind of check has. */
export function CheckFields({ version, draft, onChange }: CheckFieldsProps) {
  const text = (key: TextKey, label: string, help?: string, placeholder?: string) => (
    <Field label={label} help={help}>
      {(field) => (
        <input
          {...field}
          value={draft[key]}
          placeholder={placeholder}
          spellCheck={false}
          onChange={({ target }) => onChange({ [key]: target.value })}
        />
      )}
    </Field>
  );
  const column = (
    <Field label="Column">
      {(field) => (
        <select {...field} value={draft.column} onChange={({ target }) => onChange({ column: target.value })}>
          {version.columns.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </Field>
  );
  const isTime = version.columns.find(({ name }) => name === draft.column)?.type === 'time';
  switch (draft.kind) {
    case 'schema':
      return (
        <p>
          The {version.columns.length} columns of v{version.version} with their types, and no others.
        </p>
      );
    case 'column':
      return column;
    case 'range':
      return (
        <div className={styles.fields}>
          {column}
          {text('min', 'Least', 'Empty: no limit', isTime ? '2026-01-31' : undefined)}
          {text('max', 'Greatest', 'Empty: no limit')}
        </div>
      );
    case 'unique':
      return <ColumnBoxes version={version} draft={draft} onChange={onChange} />;
    case 'values':
      return (
        <>
          {column}
          <Field label="Allowed values" help="One a line">
            {(field) => (
              <textarea
                {...field}
                rows={4}
                value={draft.values}
                spellCheck={false}
                onChange={({ target }) => onChange({ values: target.value })}
              />
            )}
          </Field>
        </>
      );
    case 'pattern':
      return (
        <div className={styles.fields}>
          {column}
          {text('pattern', 'Pattern', 'A regular expression for the whole value', '[A-Z]{2}[0-9]+')}
        </div>
      );
    case 'missing':
      return (
        <div className={styles.fields}>
          {column}
          {text('share', 'At most, %', '0: every row has a value')}
        </div>
      );
    case 'rows':
      return (
        <div className={styles.fields}>
          {text('min', 'At least', 'Empty: no limit')}
          {text('max', 'At most', 'Empty: no limit')}
        </div>
      );
    case 'classes':
      return (
        <div className={styles.fields}>
          {column}
          {text('minRows', 'Rows of a class, at least')}
        </div>
      );
    case 'fresh':
      return (
        <div className={styles.fields}>
          {column}
          {text('maxAge', 'At most so old', 'For example 7 d, 12 h, 30 min')}
        </div>
      );
    case 'drift':
      return (
        <div className={styles.fields}>
          {column}
          {text('against', 'Compared with', '“previous”, a number or an alias')}
          <Field label="Statistic">
            {(field) => (
              <select
                {...field}
                value={draft.statistic}
                onChange={({ target }) => onChange({ statistic: target.value as CheckDraft['statistic'] })}
              >
                <option value="psi">PSI</option>
                <option value="ks">Kolmogorov–Smirnov distance</option>
                <option value="chi-squared">chi-squared probability</option>
              </select>
            )}
          </Field>
          {text(
            'limit',
            draft.statistic === 'chi-squared' ? 'At least' : 'At most',
            draft.statistic === 'psi' ? '0.1 is some drift, 0.25 a strong one' : undefined,
          )}
        </div>
      );
    case 'sql':
      return (
        <>
          {text('name', 'What it makes sure of', undefined, 'no invoice is paid before it is sent')}
          <Field label="Query" help="A row for everything that is wrong; the table is called data">
            {(field) => (
              <textarea
                {...field}
                className={`${field.className} ${styles.code}`}
                rows={4}
                value={draft.sql}
                spellCheck={false}
                onChange={({ target }) => onChange({ sql: target.value })}
              />
            )}
          </Field>
        </>
      );
  }
}

function ColumnBoxes({ version, draft, onChange }: CheckFieldsProps) {
  return (
    <fieldset className={styles.boxes}>
      <legend>Columns that together name a row</legend>
      {version.columns.map(({ name }) => (
        <label key={name} className={screen.check}>
          <input
            type="checkbox"
            checked={draft.columns.includes(name)}
            onChange={({ target }) =>
              onChange({
                columns: target.checked
                  ? [...draft.columns, name]
                  : draft.columns.filter((one) => one !== name),
              })
            }
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
