import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Inputs } from '../../../app/contract/index.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { counted } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { moveRun } from './queue-order.ts';

type Change = Inputs['runs']['reschedule']['change'];

/** The queue and what can be done to it; every change can be undone from its notice. */
export function useQueue() {
  const queries = useQueryClient();
  const query = useQuery(orpc.runs.queue.queryOptions());
  const runs = query.data?.runs ?? [];
  const running = runs.filter(({ status }) => status === 'running');
  const waiting = runs.filter(({ status }) => status === 'queued');

  async function attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      notify.error(error);
    } finally {
      await queries.invalidateQueries({ queryKey: orpc.runs.key() });
    }
  }
  const reschedule = async (changes: readonly { readonly id: Run['id']; readonly change: Change }[]) => {
    for (const { id, change } of changes) await client.runs.reschedule({ id, change });
  };

  return {
    query,
    running,
    waiting,
    paused: query.data?.paused ?? false,

    pause: (paused: boolean) =>
      attempt(async () => {
        await client.runs.pauseQueue({ paused });
        notify.undo(paused ? 'The queue is paused; what runs goes on' : 'The queue goes on', () =>
          attempt(() => client.runs.pauseQueue({ paused: !paused })),
        );
      }),

    /** Changes when runs start; `words` say what was done. */
    change: (changed: readonly Run[], change: Change, words: string) =>
      attempt(async () => {
        await reschedule(changed.map(({ id }) => ({ id, change })));
        const what = changed.length === 1 ? changed[0]?.name : counted(changed.length, 'run');
        notify.undo(`${words} ${what}`, () =>
          attempt(() =>
            reschedule(changed.map(({ id, scheduling }) => ({ id, change: formerOf(scheduling, change) }))),
          ),
        );
      }),

    /** Puts a waiting run at another place among those that wait. */
    move: (run: Run, to: number) =>
      attempt(async () => {
        const changes = moveRun(waiting, run.id, to);
        if (changes === null) {
          notify.done('No priority is left beyond 1000; lower that of other runs first');
          return;
        }
        if (changes.length === 0) return;
        await reschedule(changes.map(({ id, priority }) => ({ id, change: { priority } })));
        notify.undo(`Moved ${run.name} to place ${to + 1}`, () =>
          attempt(() => reschedule(changes.map(({ id, before }) => ({ id, change: { priority: before } })))),
        );
      }),
  };
}

export type Queue = ReturnType<typeof useQueue>;

/** What a change replaced. */
function formerOf(scheduling: Run['scheduling'], change: Change): Change {
  const keys = Object.keys(change) as (keyof Run['scheduling'])[];
  return Object.fromEntries(keys.map((key) => [key, scheduling[key]]));
}
