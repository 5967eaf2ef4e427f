import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { dataAliasName } from '../../../../app/contract/version-name.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import styles from './overview.module.css';
import { useVersionChange } from './use-version-change.ts';

interface AliasEditorProps {
  readonly version: DatasetVersion;
  /** All aliases of the data set, with the version that each points at. */
  readonly aliases: Readonly<Record<string, number>>;
}

/** Sets an alias on a version, moves one here from another, or removes one. */
export function AliasEditor({ version, aliases }: AliasEditorProps) {
  const [text, setText] = useState('');
  const change = useVersionChange();
  const checked = dataAliasName.safeParse(text);
  const problem = text === '' ? null : (checked.error?.issues[0]?.message ?? null);
  const elsewhere = Object.entries(aliases).filter(([, at]) => at !== version.version);
  const dataset = version.datasetName;
  const point = (alias: string, at: number) => () =>
    client.datasets.setAlias({ dataset, alias, version: at });
  const drop = (alias: string) => () => client.datasets.removeAlias({ dataset, alias });
  const set = (alias: string) => {
    const before = aliases[alias];
    if (before === version.version) return;
    void change(
      point(alias, version.version),
      before === undefined
        ? `@${alias} names v${version.version}`
        : `@${alias} moved from v${before} to v${version.version}`,
      before === undefined ? drop(alias) : point(alias, before),
    );
  };
  return (
    <div className={styles.editor}>
      {version.aliases.map((alias) => (
        <span key={alias} className={styles.chip}>
          @{alias}
          <button
            type="button"
            title={`Remove @${alias}`}
            onClick={() => void change(drop(alias), `Removed @${alias}`, point(alias, version.version))}
          >
            <IconX size={12} stroke={1.5} aria-hidden />
            <span className="sr-only">Remove @{alias}</span>
          </button>
        </span>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!checked.success) return;
          set(checked.data);
          setText('');
        }}
      >
        <input
          aria-label="New alias"
          placeholder="new alias"
          value={text}
          aria-invalid={problem !== null}
          onChange={({ target }) => setText(target.value)}
        />
        {checked.success ? (
          <Button size="small" type="submit">
            Set
          </Button>
        ) : null}
      </form>
      {problem ? <small className={styles.problem}>{problem}</small> : null}
      {elsewhere.map(([alias, at]) => (
        <button key={alias} type="button" className={styles.move} onClick={() => set(alias)}>
          Move @{alias} here from v{at}
        </button>
      ))}
    </div>
  );
}
