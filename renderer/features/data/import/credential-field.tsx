import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { orpc } from '../../../client/orpc.ts';
import { Field } from '../../../components/field.tsx';
import { CredentialDialog } from './credential-dialog.tsx';
import { UnlockSecrets } from './unlock-secrets.tsx';
import { useSecretsLocked } from './use-secrets-locked.ts';

interface CredentialFieldProps {
  /** Empty: none. */
  readonly chosen: string;
  readonly help: string;
  readonly onChoose: (name: string) => void;
}

/** Not a name that a secret may have. */
const addOne = '+';

/** A secret by its name; a new one can be added, and locked ones be unlocked, on the way. */
export function CredentialField({ chosen, help, onChoose }: CredentialFieldProps) {
  const [adding, setAdding] = useState(false);
  const list = useQuery({ ...orpc.credentials.list.queryOptions(), staleTime: 0 });
  const locked = useSecretsLocked();
  const names = list.data?.map(({ name }) => name) ?? [];
  return (
    <div>
      <Field label="Credential" help={help}>
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
            <option value={addOne}>Add one…</option>
          </select>
        )}
      </Field>
      {chosen !== '' && locked ? <UnlockSecrets /> : null}
      {adding ? <CredentialDialog onClose={() => setAdding(false)} onKept={onChoose} /> : null}
    </div>
  );
}
