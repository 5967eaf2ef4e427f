import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { objectName } from '../../app/contract/ids.ts';
import { client } from '../client/orpc.ts';
import { Button } from '../components/button.tsx';
import { Dialog, DialogFooter } from '../components/dialog.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Field } from '../components/field.tsx';
import { navigate } from './router.ts';

/** Asks for a name, makes the project and goes there. */
export function NewProjectDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const problem = name === '' ? null : (objectName.safeParse(name).error?.issues[0]?.message ?? null);
  const create = useMutation({
    mutationFn: async () => {
      const project = await client.projects.create({ name: name.trim() });
      return client.projects.use({ project: project.id });
    },
    onSuccess: async () => {
      onClose();
      navigate('/');
      await queries.invalidateQueries();
    },
  });
  return (
    <Dialog opened title="Create a project" onClose={onClose} size={400}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '' && problem === null) create.mutate();
        }}
      >
        <Field label="Name" help="Data, runs, models and endpoints of one piece of work" error={problem}>
          {(field) => (
            <input {...field} data-autofocus value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        {create.error ? <ErrorNotice error={create.error} /> : null}
        <DialogFooter note="Takes no space until something is in it.">
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="primary"
            type="submit"
            disabled={name === '' || problem !== null || create.isPending}
          >
            Create project
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
