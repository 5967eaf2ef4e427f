import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { type DatasetVersion, tagKey } from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import styles from './overview.module.css';
import { useVersionChange } from './use-version-change.ts';

/** The tags of a version; a new one is typed as `key` or `key=value`. */
export function TagEditor({ version }: { readonly version: DatasetVersion }) {
  const [text, setText] = useState('');
  const change = useVersionChange();
  const of = { dataset: version.datasetName, version: version.version };
  const at = text.indexOf('=');
  const [typed, value] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()];
  const key = tagKey.safeParse(typed);
  const problem = text === '' ? null : (key.error?.issues[0]?.message ?? null);
  const set = (name: string, to: string) => () => client.datasets.tag({ ...of, tags: { [name]: to } });
  const drop = (name: string) => () => client.datasets.untag({ ...of, keys: [name] });
  return (
    <div className={styles.editor}>
      {Object.entries(version.tags).map(([name, now]) => (
        <span key={name} className={styles.chip}>
          {name}
          {now ? <b>{now}</b> : null}
          <button
            type="button"
            title={`Remove ${name}`}
            onClick={() => void change(drop(name), `Removed ${name}`, set(name, now))}
          >
            <IconX size={12} stroke={1.5} aria-hidden />
            <span className="sr-only">Remove {name}</span>
          </button>
        </span>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!key.success) return;
          const before = version.tags[key.data];
          void change(
            set(key.data, value),
            `Tagged ${key.data}`,
            before === undefined ? drop(key.data) : set(key.data, before),
          );
          setText('');
        }}
      >
        <input
          aria-label="New tag"
          placeholder="key=value"
          value={text}
          maxLength={1100}
          aria-invalid={problem !== null}
          onChange={({ target }) => setText(target.value)}
        />
        {key.success ? (
          <Button size="small" type="submit">
            Add
          </Button>
        ) : null}
      </form>
      {problem ? <small className={styles.problem}>{problem}</small> : null}
    </div>
  );
}
