import { IconBookmark } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { objectName } from '../../../../app/contract/ids.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { Menu } from '../../../components/menu.tsx';
import { notify } from '../../../components/notify.ts';
import { useQueryString } from '../../../shell/router.ts';
import styles from './run-table.module.css';
import { savedFrom, viewFromSaved } from './saved-view.ts';
import { type PlacedColumn, queryFromView, type TableView } from './table-view.ts';

interface ViewsMenuProps {
  readonly view: TableView;
  readonly placed: readonly PlacedColumn[];
}

/** The views that were saved in this project; the one that was opened last is named in the address. */
export function ViewsMenu({ view, placed }: ViewsMenuProps) {
  const [query, setQuery] = useQueryString();
  const queries = useQueryClient();
  const [naming, setNaming] = useState(false);
  const views = useQuery(orpc.views.list.queryOptions({ input: {} })).data ?? [];
  const current = views.find(({ name }) => name === query.get('view'));

  const attempt = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      notify.error(error);
    } finally {
      await queries.invalidateQueries({ queryKey: orpc.views.key() });
    }
  };
  const save = (name: string) =>
    attempt(async () => {
      await client.views.save(savedFrom(name, view, placed));
      setQuery({ view: name });
      notify.done(`Saved the view ${name}`);
    });
  const remove = (name: string) =>
    attempt(async () => {
      const deleted = await client.views.delete({ view: name });
      setQuery({ view: null });
      notify.undo(`Deleted the view ${name}`, () => attempt(() => client.views.save(deleted)));
    });

  return (
    <>
      <Menu
        label="Saved views"
        className={styles.menuButton}
        groups={[
          views.map((saved) => ({
            id: saved.id,
            label: saved.name,
            checked: saved.id === current?.id,
            run: () => setQuery({ ...queryFromView(viewFromSaved(saved)), view: saved.name }),
          })),
          [
            ...(current
              ? [
                  {
                    id: 'replace',
                    label: `Save changes to ${current.name}`,
                    run: () => void save(current.name),
                  },
                ]
              : []),
            { id: 'save', label: 'Save view as', run: () => setNaming(true) },
            ...(current
              ? [{ id: 'delete', label: `Delete ${current.name}`, run: () => void remove(current.name) }]
              : []),
          ],
        ]}
      >
        <IconBookmark size={16} stroke={1.5} aria-hidden />
        {current?.name ?? 'Views'}
      </Menu>
      {naming ? (
        <NameDialog
          taken={views.map(({ name }) => name)}
          onSave={(name) => void save(name)}
          onClose={() => setNaming(false)}
        />
      ) : null}
    </>
  );
}

interface NameDialogProps {
  readonly taken: readonly string[];
  readonly onSave: (name: string) => void;
  readonly onClose: () => void;
}

function NameDialog({ taken, onSave, onClose }: NameDialogProps) {
  const [name, setName] = useState('');
  const wanted = name.trim();
  const read = objectName.safeParse(wanted);
  const error = wanted !== '' && !read.success ? (read.error.issues[0]?.message ?? null) : null;
  return (
    <Dialog opened title="What is the view called?" onClose={onClose} size={400}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!read.success) return;
          onSave(read.data);
          onClose();
        }}
      >
        <Field
          label="Name"
          help={
            taken.includes(wanted)
              ? 'The view of that name is replaced.'
              : 'It keeps the filter, the columns with their places, the order and the groups.'
          }
          error={error}
        >
          {(control) => <input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <DialogFooter>
          <Button variant="primary" type="submit" disabled={!read.success}>
            Save view
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
