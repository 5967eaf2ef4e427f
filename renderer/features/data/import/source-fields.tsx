import { Field } from '../../../components/field.tsx';
import screen from '../../../components/screen.module.css';
import styles from '../data.module.css';
import { CredentialField } from './credential-field.tsx';
import type { ImportDraft } from './import-draft.ts';

interface SourceFieldsProps {
  readonly draft: ImportDraft;
  readonly onChange: (part: Partial<ImportDraft>) => void;
}

type TextKey = {
  [Key in keyof ImportDraft]: ImportDraft[Key] extends string
    ? string extends ImportDraft[Key]
      ? Key
      : never
    : never;
}[keyof ImportDraft];

/** The fields of every source but files. */
export function SourceFields({ draft, onChange }: SourceFieldsProps) {
  const text = (key: TextKey, label: string, placeholder = '', help?: string) => (
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
  const credential = (help: string) => (
    <CredentialField
      chosen={draft.credential}
      help={help}
      onChoose={(name) => onChange({ credential: name })}
    />
  );
  switch (draft.kind) {
    case 'files':
      return null;
    case 'glob':
      return text(
        'pattern',
        'Pattern',
        '/data/2026-*/**/*.csv',
        'On the machine that runs Lathe: *, **, ?, […] and {a,b}',
      );
    case 'url':
      return (
        <>
          {text('url', 'Address', 'https://example.org/data.parquet')}
          {text(
            'digest',
            'Expected digest',
            'sha256:…',
            'Where the bytes are others, nothing is imported; empty: not checked',
          )}
          <div className={styles.pair}>
            {text('fileName', 'File name', '', 'Empty: the last part of the address')}
            {credential('Sent to that host only')}
          </div>
        </>
      );
    case 's3':
      return (
        <>
          <div className={styles.pair}>
            {text('bucket', 'Bucket')}
            {text('prefix', 'Keys that begin with', 'raw/2026/', 'Empty: all')}
          </div>
          <div className={styles.pair}>
            {text('endpoint', 'Endpoint', 'https://storage.example.org', 'Empty: Amazon’s own')}
            {text('region', 'Region', 'us-east-1')}
          </div>
          <div className={styles.pair}>
            {credential('ACCESS_KEY_ID:SECRET_ACCESS_KEY')}
            <label className={screen.check}>
              <input
                type="checkbox"
                checked={draft.pathStyle}
                onChange={({ target }) => onChange({ pathStyle: target.checked })}
              />
              The bucket is a part of the path
            </label>
          </div>
        </>
      );
    case 'sql':
      return (
        <>
          <div className={styles.pair}>
            <Field label="Database kind">
              {(field) => (
                <select
                  {...field}
                  value={draft.engine}
                  onChange={({ target }) => onChange({ engine: target.value as ImportDraft['engine'] })}
                >
                  <option value="postgresql">PostgreSQL</option>
                  <option value="sqlite">SQLite</option>
                  <option value="duckdb">DuckDB</option>
                </select>
              )}
            </Field>
            {draft.engine === 'postgresql' ? credential('The password of the user') : null}
          </div>
          {text(
            'database',
            'Database',
            draft.engine === 'postgresql' ? 'postgresql://reader@host:5432/sales' : '/data/sales.db',
            draft.engine === 'postgresql' ? 'Without a password' : 'The path of its file',
          )}
          <Field label="Query" help="One that reads; its result becomes a table">
            {(field) => (
              <textarea
                {...field}
                className={`${field.className} ${styles.code}`}
                rows={4}
                value={draft.query}
                spellCheck={false}
                placeholder="SELECT * FROM sales"
                onChange={({ target }) => onChange({ query: target.value })}
              />
            )}
          </Field>
        </>
      );
    case 'croissant':
      return (
        <div className={styles.pair}>
          {text(
            'location',
            'Description',
            'https://example.org/croissant.json',
            'An address, or a path on the machine that runs Lathe',
          )}
          {credential('Sent to that host only')}
        </div>
      );
  }
}
