import { useQueryClient } from '@tanstack/react-query';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { navigate } from '../../shell/router.ts';
import { repeatRequest } from '../train/repeat-request.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { hasEnded } from './run-state.ts';

/** Goes to the comparison of runs. */
export function compareRuns(runs: readonly { readonly id: string }[]): void {
  navigate(`/compare?runs=${runs.map(({ id }) => id).join(',')}`);
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
        const { deleted, freesBytes } = await client.runs.delete({ runs: ids });
        const what =
          deleted.length === 1 ? `Deleted ${runs.find(hasEnded)?.name}` : `Deleted ${deleted.length} runs`;
        notify.undo(`${what}; frees ${formatBytes(freesBytes)}`, () =>
          attempt(() => client.runs.restore({ runs: deleted })),
        );
        return deleted;
      }),

    resume: (run: Run) => attempt(() => client.training.resume({ id: run.id })),

    rename: (run: Run, name: string) => attempt(() => client.runs.update({ id: run.id, name })),

    setTag: (run: Run, key: string, value: string | null) =>
      attempt(() => client.runs.update({ id: run.id, tags: { [key]: value } })),

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
