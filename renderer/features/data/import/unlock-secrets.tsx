import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { leastPassphraseCharacters } from '../../../../app/contract/credentials.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import styles from './credential.module.css';

/** The passphrase that opens the secrets of the workspace, asked for where one of them is needed. */
export function UnlockSecrets() {
  const queries = useQueryClient();
  const [passphrase, setPassphrase] = useState('');
  const unlock = useMutation({
    mutationFn: () => client.credentials.unlock({ passphrase }),
    onSuccess: () => queries.invalidateQueries({ queryKey: orpc.credentials.key() }),
  });
  const mayUnlock = passphrase.length >= leastPassphraseCharacters && !unlock.isPending;
  return (
    <div className={styles.unlock}>
      <Field
        label="Passphrase"
        help={`The secrets are locked. At least ${leastPassphraseCharacters} characters; kept in memory until Lathe ends`}
      >
        {(field) => (
          <span className={styles.beside}>
            <input
              {...field}
              type="password"
              autoComplete="off"
              value={passphrase}
              onChange={({ target }) => setPassphrase(target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                // Enter belongs to this field, not to the form around it.
                event.preventDefault();
                if (mayUnlock) unlock.mutate();
              }}
            />
            <Button disabled={!mayUnlock} onClick={() => unlock.mutate()}>
              Unlock
            </Button>
          </span>
        )}
      </Field>
      {unlock.error ? <ErrorNotice error={unlock.error} /> : null}
    </div>
  );
}
