import { useState } from 'react';
import { Disclosure } from '../../../components/disclosure.tsx';
import { Field } from '../../../components/field.tsx';
import screen from '../../../components/screen.module.css';
import styles from '../data.module.css';
import { type ImportDraft, linesOf } from './import-draft.ts';

interface OptionFieldsProps {
  readonly draft: ImportDraft;
  readonly tagProblem: string | null;
  readonly onChange: (part: Partial<ImportDraft>) => void;
}

/** What files can be read as, where that should not be found out. */
const formats = [
  'csv',
  'tsv',
  'jsonl',
  'parquet',
  'arrow',
  'npy',
  'npz',
  'images',
  'coco',
  'yolo',
  'webdataset',
  'hdf5',
  'croissant',
] as const;

/** What most imports leave as it is: which files, how they are read, tags. */
export function OptionFields({ draft, tagProblem, onChange }: OptionFieldsProps) {
  const [opened, setOpened] = useState(false);
  const { include, exclude, rehash, format, tags } = draft;
  const said = [
    include.trim() ? `only ${linesOf(include).join(', ')}` : null,
    exclude.trim() ? `without ${linesOf(exclude).join(', ')}` : null,
    format ? `read as ${format}` : null,
    rehash ? 'reads every file' : null,
    tags.trim() || null,
  ].filter(Boolean);
  return (
    <Disclosure
      title="Options"
      summary={said.join('; ') || 'everything, recognised by itself'}
      opened={opened || tagProblem !== null}
      onToggle={setOpened}
    >
      <div className={styles.form}>
        <div className={styles.pair}>
          <Field label="Only" help="Patterns as in .gitignore, one a line">
            {(field) => (
              <textarea
                {...field}
                rows={2}
                value={include}
                spellCheck={false}
                placeholder="*.png"
                onChange={({ target }) => onChange({ include: target.value })}
              />
            )}
          </Field>
          <Field label="Leave out" help="The same">
            {(field) => (
              <textarea
                {...field}
                rows={2}
                value={exclude}
                spellCheck={false}
                placeholder="drafts/"
                onChange={({ target }) => onChange({ exclude: target.value })}
              />
            )}
          </Field>
        </div>
        <div className={styles.pair}>
          <Field label="Read as">
            {(field) => (
              <select {...field} value={format} onChange={({ target }) => onChange({ format: target.value })}>
                <option value="">what it is recognised as</option>
                {formats.map((name) => (
                  <option key={name}>{name}</option>
                ))}
                <option value="files">files, no table</option>
              </select>
            )}
          </Field>
          <Field label="Tags" error={tagProblem} help="key=value or key, divided by commas">
            {(field) => (
              <input
                {...field}
                value={tags}
                spellCheck={false}
                onChange={({ target }) => onChange({ tags: target.value })}
              />
            )}
          </Field>
        </div>
        <label className={screen.check}>
          <input
            type="checkbox"
            checked={rehash}
            onChange={({ target }) => onChange({ rehash: target.checked })}
          />
          Read every file again, also those whose size and times have not changed
        </label>
      </div>
    </Disclosure>
  );
}
