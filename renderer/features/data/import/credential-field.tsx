import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { leastPassphraseCharacters } from '../../../../app/contract/credentials.contract.ts';
import { objectName } from '../../../../app/contract/ids.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import styles from '../data.module.css';

interface CredentialFieldProps {
  /** Empty: none. */
  readonly chosen: string;
  readonly help: string;
  readonly onChoose: (name: string) => void;
}

/** Not a name that a secret may have. */
const addOne = '+';

/** A secret by its name; a new one can be added on the way. */
export function CredentialField({ chosen, help, onChoose }: CredentialFieldProps) {
  const [adding, setAdding] = useState(false);
  const list = useQuery({ ...orpc.credentials.list.queryOptions(), staleTime: 0 });
  const status = useQuery({ ...orpc.credentials.status.queryOptions(), staleTime: 0 });
  const locked = status.data?.locked === true && status.data.hasPassphrase;
  const names = list.data?.map(({ name }) => name) ?? [];
  return (
    <>
      <Field
        label="Credential"
        help={chosen !== '' && locked ? 'Secrets are locked: unlock them to use it' : help}
      >
        {(field) => (
          <select
            {...field}
            value={chosen}
            onChange={({ target }) => (target.value === addOne ? setAdding(true) : onChoose(target.value))}
          >
            <option value="">none</option>
            {[...new Set([...names, ...(chosen ? [chosen] : [])])].map((name) => (
              <option key={name}>{name}</option>
            ))}
            <option value={addOne}>{chosen !== '' && locked ? 'Unlock…' : 'Add one…'}</option>
          </select>
        )}
      </Field>
      {adding ? (
        <CredentialDialog
          locked={status.data?.locked ?? false}
          hasPassphrase={status.data?.hasPassphrase ?? false}
          onClose={() => setAdding(false)}
          onKept={onChoose}
        />
      ) : null}
    </>
  );
}

interface CredentialDialogProps {
  readonly locked: boolean;
  readonly hasPassphrase: boolean;
  readonly onClose: () => void;
  readonly onKept: (name: string) => void;
}

/** Keeps a secret under a name. Where no keyring seals it, a passphrase does. */
function CredentialDialog({ locked, hasPassphrase, onClose, onKept }: CredentialDialogProps) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const problem = name === '' ? null : (objectName.safeParse(name.trim()).error?.issues[0]?.message ?? null);
  const onlyUnlock = locked && hasPassphrase && name === '' && value === '';
  const keep = useMutation({
    mutationFn: async () => {
      if (locked) await client.credentials.unlock({ passphrase });
      if (!onlyUnlock) await client.credentials.set({ name: name.trim(), value });
    },
    onSuccess: async () => {
      if (!onlyUnlock) onKept(name.trim());
      onClose();
      await queries.invalidateQueries({ queryKey: orpc.credentials.key() });
    },
  });
  const ready =
    (onlyUnlock || (name.trim() !== '' && problem === null && value !== '')) &&
    (!locked || passphrase.length >= leastPassphraseCharacters);
  return (
    <Dialog opened title="Add a credential" onClose={onClose} size={420}>
      <div className={styles.form}>
        <Field label="Name" error={problem} help="It is chosen by this name; the value is never shown again">
          {(field) => (
            <input
              {...field}
              data-autofocus
              autoComplete="off"
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label="Secret">
          {(field) => (
            <input
              {...field}
              type="password"
              autoComplete="new-password"
              value={value}
              onChange={({ target }) => setValue(target.value)}
            />
          )}
        </Field>
        {locked ? (
          <Field
            label="Passphrase"
            help={
              hasPassphrase
                ? 'Unlocks the secrets of this workspace'
                : `This system has no keyring: choose at least ${leastPassphraseCharacters} characters that seal the secrets`
            }
          >
            {(field) => (
              <input
                {...field}
                type="password"
                autoComplete="off"
                value={passphrase}
                onChange={({ target }) => setPassphrase(target.value)}
              />
            )}
          </Field>
        ) : null}
        {keep.error ? <ErrorNotice error={keep.error} /> : null}
        <DialogFooter note="Kept sealed on this machine.">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" disabled={!ready || keep.isPending} onClick={() => keep.mutate()}>
            {onlyUnlock ? 'Unlock' : 'Keep it'}
          </Button>
        </DialogFooter>
      </div>
    </Dialog>
  );
}
