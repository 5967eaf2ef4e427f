import { IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { aliasName, type ModelVersion } from '../../../app/contract/models.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { notify } from '../../components/notify.ts';
import styles from './models.module.css';

interface AliasEditorProps {
  readonly version: ModelVersion;
  /** All aliases of the model, with the version each points at. */
  readonly aliases: Readonly<Record<string, number>>;
}

/** Sets an alias on a version, moves one here from another, or removes one. */
export function AliasEditor({ version, aliases }: AliasEditorProps) {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const valid = text === '' || aliasName.safeParse(text).success;
  const elsewhere = Object.entries(aliases).filter(([, at]) => at !== version.version);
  const change = async (action: () => Promise<unknown>, done: string, undo?: () => Promise<unknown>) => {
    try {
      await action();
      if (undo) notify.undo(done, () => change(undo, 'Undone'));
      else notify.done(done);
    } catch (error) {
      notify.error(error);
    } finally {
      await queries.invalidateQueries({ queryKey: orpc.models.key() });
    }
  };
  const model = version.modelName;
  const point = (alias: string, at: number) => () => client.models.setAlias({ model, alias, version: at });
  const drop = (alias: string) => () => client.models.removeAlias({ model, alias });
  const set = (alias: string) => {
    const before = aliases[alias];
    if (before === version.version) return Promise.resolve();
    return change(
      point(alias, version.version),
      before === undefined
        ? `@${alias} names v${version.version}`
        : `@${alias} moved from v${before} to v${version.version}`,
      before === undefined ? drop(alias) : point(alias, before),
    );
  };
  return (
    <div>
      <div className={styles.badges}>
        {version.aliases.map((alias) => (
          <span key={alias} className={styles.alias}>
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
          className={styles.addAlias}
          onSubmit={(event) => {
            event.preventDefault();
            if (text === '' || !valid) return;
            void set(text);
            setText('');
          }}
        >
          <input
            aria-label="New alias"
            placeholder="new alias"
            value={text}
            aria-invalid={!valid}
            onChange={(event) => setText(event.target.value)}
          />
          {text !== '' && valid ? <Button type="submit">Set</Button> : null}
        </form>
      </div>
      {valid ? null : (
        <p className={styles.problem}>Lower-case letters, digits, "_" and "-", a letter first.</p>
      )}
      {elsewhere.length > 0 ? (
        <p className={styles.move}>
          {elsewhere.map(([alias, at]) => (
            <button key={alias} type="button" onClick={() => void set(alias)}>
              Move @{alias} here from v{at}
            </button>
          ))}
        </p>
      ) : null}
    </div>
  );
}
