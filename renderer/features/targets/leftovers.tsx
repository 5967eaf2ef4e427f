import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Leftover, Target } from '../../../app/contract/targets.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted, formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { Pane } from '../../components/pane.tsx';
import screen from '../../components/screen.module.css';
import { TimeText } from '../../components/time-text.tsx';
import styles from './targets.module.css';

/** What runs left on a target and is not needed any more, with what removing it frees. */
export function Leftovers({ target }: { readonly target: Target }) {
  const queries = useQueryClient();
  const query = useQuery({
    ...orpc.targets.leftovers.queryOptions({ input: { target: target.name } }),
    staleTime: 0,
  });
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const all = query.data ?? [];
  const free = all.filter(({ inUse }) => !inUse);
  const picked = free.filter(({ id }) => marked.has(id));
  const remove = useMutation({
    mutationFn: () =>
      client.targets.removeLeftovers({ target: target.name, ids: picked.map(({ id }) => id) }),
    onSuccess: ({ removed, freedBytes }) => {
      setAsking(false);
      setMarked(new Set());
      notify.done(`Removed ${counted(removed.length, 'leftover')}; freed ${formatBytes(freedBytes)}`);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: orpc.targets.leftovers.key() }),
  });
  const toggle = (id: string) => {
    const next = new Set(marked);
    if (!next.delete(id)) next.add(id);
    setMarked(next);
  };
  return (
    <Pane
      title="Leftovers"
      count={query.data ? all.length : undefined}
      aside={
        <>
          {all.length > 0 ? sizeWords(all) : null}
          {free.length > 0 ? (
            <Button
              size="small"
              onClick={() =>
                setMarked(picked.length === free.length ? new Set() : new Set(free.map(({ id }) => id)))
              }
            >
              {picked.length === free.length ? 'Unmark all' : 'Mark all'}
            </Button>
          ) : null}
          {picked.length > 0 ? (
            <Button size="small" variant="danger" onClick={() => setAsking(true)}>
              Remove {picked.length}
            </Button>
          ) : null}
        </>
      }
    >
      <div className={styles.pad}>
        {query.error ? <ErrorNotice error={query.error} onRetry={() => query.refetch()} /> : null}
        {query.isPending ? <p className={screen.quiet}>Looking for leftovers</p> : null}
        {query.data && all.length === 0 ? <p className={screen.quiet}>Runs have left nothing here.</p> : null}
        <table className={styles.table} aria-label="Leftovers">
          <tbody>
            {all.map((leftover) => (
              <tr key={leftover.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Mark ${leftover.name}`}
                    disabled={leftover.inUse}
                    checked={marked.has(leftover.id)}
                    onChange={() => toggle(leftover.id)}
                  />
                </td>
                <td>{leftover.kind}</td>
                <th scope="row">
                  <code>{leftover.name}</code>
                </th>
                <td>{leftover.sizeBytes === null ? '–' : formatBytes(leftover.sizeBytes)}</td>
                <td>
                  {leftover.inUse ? (
                    'in use'
                  ) : leftover.usedAt === null ? (
                    ''
                  ) : (
                    <TimeText at={leftover.usedAt} ago />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asking ? (
        <Dialog
          opened
          title={`Remove ${counted(picked.length, 'leftover')} of ${target.name}?`}
          onClose={() => setAsking(false)}
          size={440}
        >
          <p>
            Frees {sizeWords(picked)}. Runs that need one of them again make it anew, which may take a while
            and, for packages and images, a network. What runs made stays.
          </p>
          {remove.error ? <ErrorNotice error={remove.error} /> : null}
          <DialogFooter>
            <Button variant="quiet" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button variant="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Remove {counted(picked.length, 'leftover')}
            </Button>
          </DialogFooter>
        </Dialog>
      ) : null}
    </Pane>
  );
}

/** The bytes of what is known, and that more may come where something is not. */
export function sizeWords(leftovers: readonly Pick<Leftover, 'sizeBytes'>[]): string {
  const bytes = leftovers.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  const unknown = leftovers.some(({ sizeBytes }) => sizeBytes === null);
  return `${unknown ? 'at least ' : ''}${formatBytes(bytes)}`;
}
