import { useQueryClient } from '@tanstack/react-query';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { counted, formatBytes, formatCount } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { navigate } from '../../shell/router.ts';
import { repeatRequest } from '../train/repeat-request.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { hasEnded } from './run-state.ts';

/** The most that the core compares at once. */
export const mostCompared = 100;

/** Goes to the comparison of runs. */
export function compareRuns(runs: readonly { readonly id: string }[]): void {
  if (runs.length > mostCompared) {
    notify.done(`${mostCompared} runs can be compared at once; ${formatCount(runs.length)} are marked`);
    return;
  }
  navigate(`/compare?runs=${runs.map(({ id }) => id).join(',')}`);
}

/** The most runs that the core takes in one call. */
const mostAtOnce = 1000;
/** Calls under way at a time, where each is for one run. */
const callsAtOnce = 16;

function parts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function setTags(
  changes: readonly { readonly id: Run['id']; readonly tags: Record<string, string | null> }[],
): Promise<void> {
  for (const part of parts(changes, callsAtOnce)) {
    await Promise.all(part.map((change) => client.runs.update(change)));
  }
}

/** What can be done to runs from anywhere; every action refreshes what shows them and reports what failed. */
export function useRunActions() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.runs.key() });

  async function attempt<Result>(action: () => Promise<Result>): Promise<Result | null> {
    try {
      return await action();
    } catch (error) {
      notify.error(error);
      return null;
    } finally {
      await refresh();
    }
  }

  return {
    cancel: (runs: readonly Run[]) =>
      attempt(async () => {
        const going = runs.filter((run) => !hasEnded(run));
        for (const { id } of going) await client.runs.cancel({ id });
        notify.done(going.length === 1 ? `Cancelled ${going[0]?.name}` : `Cancelled ${going.length} runs`);
      }),

    /** Deletes the runs that have ended, with an Undo; says what that will free. */
    remove: (runs: readonly Run[]) =>
      attempt(async () => {
        const ids = runs.filter(hasEnded).map(({ id }) => id);
        if (ids.length === 0) return null;
        const deleted: Run['id'][] = [];
        let freesBytes = 0;
        for (const part of parts(ids, mostAtOnce)) {
          const result = await client.runs.delete({ runs: part });
          deleted.push(...result.deleted);
          freesBytes += result.freesBytes;
        }
        const what =
          deleted.length === 1
            ? `Deleted ${runs.find(hasEnded)?.name}`
            : `Deleted ${counted(deleted.length, 'run')}`;
        notify.undo(`${what}; frees ${formatBytes(freesBytes)}`, () =>
          attempt(async () => {
            for (const part of parts(deleted, mostAtOnce)) await client.runs.restore({ runs: part });
          }),
        );
        return deleted;
      }),

    resume: (run: Run) => attempt(() => client.training.resume({ id: run.id })),

    rename: (run: Run, name: string) => attempt(() => client.runs.update({ id: run.id, name })),

    setTag: (run: Run, key: string, value: string | null) =>
      attempt(() => client.runs.update({ id: run.id, tags: { [key]: value } })),

    /** Gives runs a tag, or takes it away with null; can be undone. */
    tagAll: (runs: readonly Run[], key: string, value: string | null) =>
      attempt(async () => {
        await setTags(runs.map(({ id }) => ({ id, tags: { [key]: value } })));
        const what = value === null ? `Took the tag ${key} from` : `Tagged`;
        notify.undo(`${what} ${counted(runs.length, 'run')}`, () =>
          attempt(() => setTags(runs.map(({ id, tags }) => ({ id, tags: { [key]: tags[key] ?? null } })))),
        );
      }),

    /** The same again as a new run. */
    again: (run: Run) =>
      attempt(async () => {
        const { id, name } = await client.training.again({ id: run.id });
        notify.done(`Started ${name}`);
        navigate(`/runs/${id}`);
      }),

    /** Repeats a run exactly; its page then says whether the same came out. */
    reproduce: (run: Run) =>
      attempt(async () => {
        const { id, name } = await client.training.reproduce({ id: run.id });
        notify.done(`Started ${name}`);
        navigate(`/runs/${id}`);
      }),

    /** Opens the train dialog filled with what the run used. */
    change: async (run: Run) => {
      const detail = await attempt(() => client.runs.get({ run: run.id }));
      if (detail) useTrainDialog.getState().open(repeatRequest(detail));
    },
  };
}

export type RunActions = ReturnType<typeof useRunActions>;
