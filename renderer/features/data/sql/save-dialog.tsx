import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ResultDisplay } from '../../../../app/contract/data-sql.contract.ts';
import { objectName } from '../../../../app/contract/ids.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { notify } from '../../../components/notify.ts';
import styles from '../data.module.css';

interface SaveDialogProps {
  readonly query: string;
  readonly display: ResultDisplay;
  readonly onClose: () => void;
}

/** Keeps a query under a name, with how its result is shown. */
export function SaveDialog({ query, display, onClose }: SaveDialogProps) {
  const queries = useQueryClient();
  const saved = useQuery(orpc.dataTables.sql.listSaved.queryOptions({ input: {} }));
  const [name, setName] = useState('');
  const problem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);
  const exists = saved.data?.some((one) => one.name === name.trim()) ?? false;
  const save = useMutation({
    mutationFn: () =>
      client.dataTables.sql.save({ name: name.trim(), query, display: { ...display, y: [...display.y] } }),
    onSuccess: async (kept) => {
      onClose();
      notify.done(`Saved as ${kept.name}`);
      await queries.invalidateQueries({ queryKey: orpc.dataTables.sql.listSaved.key() });
    },
  });
  return (
    <Dialog opened title="Save the query" onClose={onClose} size={420}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && problem === null) save.mutate();
        }}
      >
        <Field
          label="Name"
          error={problem}
          help={
            exists
              ? 'A query of this name is there; it is replaced.'
              : 'Everybody who opens the project finds it.'
          }
        >
          {(field) => (
            <input {...field} data-autofocus value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        {save.error ? <ErrorNotice error={save.error} /> : null}
        <DialogFooter>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            type="submit"
            disabled={name.trim() === '' || problem !== null || save.isPending}
          >
            {exists ? 'Replace' : 'Save'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
