import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createPortal } from 'react-dom';
import { leastPassphraseCharacters } from '../../../../app/contract/credentials.contract.ts';
import { objectName } from '../../../../app/contract/ids.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import styles from '../data.module.css';

interface CredentialDialogProps {
  readonly onClose: () => void;
  readonly onKept: (name: string) => void;
}

/** Keeps a secret under a name. Where no keyring seals it, a passphrase does: the first one is chosen here. */
export function CredentialDialog({ onClose, onKept }: CredentialDialogProps) {
  const queries = useQueryClient();
  const status = useQuery({ ...orpc.credentials.status.queryOptions(), staleTime: 0 });
  const { locked = false, hasPassphrase = false } = status.data ?? {};
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const problem = name === '' ? null : (objectName.safeParse(name.trim()).error?.issues[0]?.message ?? null);
  const keep = useMutation({
    mutationFn: async () => {
      if (locked) await client.credentials.unlock({ passphrase });
      await client.credentials.set({ name: name.trim(), value });
    },
    onSuccess: async () => {
      onKept(name.trim());
      onClose();
      await queries.invalidateQueries({ queryKey: orpc.credentials.key() });
    },
  });
  const isReady =
    name.trim() !== '' &&
    problem === null &&
    value !== '' &&
    (!locked || passphrase.length >= leastPassphraseCharacters);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    // React hands it on to the form that this dialog was opened from, which is not meant.
    event.stopPropagation();
    if (isReady && !keep.isPending) keep.mutate();
  };
  // A form cannot stand inside of another one: this one hangs on the page.
  return createPortal(
    <Dialog opened title="Add a credential" onClose={onClose} size={420}>
      <form className={styles.form} onSubmit={onSubmit} onKeyDown={(event) => event.stopPropagation()}>
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
          <Button variant="primary" type="submit" disabled={!isReady || keep.isPending}>
            Keep it
          </Button>
        </DialogFooter>
      </form>
    </Dialog>,
    document.body,
  );
}
