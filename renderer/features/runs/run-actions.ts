import { useQueryClient } from '@tanstack/react-query';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { navigate } from '../../shell/router.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';

/** Goes to the comparison of runs. */
export function compareRuns(runs: readonly { readonly id: string }[]): void {
  navigate(`/compare?runs=${runs.map(({ id }) => id).join(',')}`);
}

/** Whether a run has ended, so that it can be deleted and run again with what it left. */
export function hasEnded({ status }: Pick<Run, 'status'>): boolean {
  return status !== 'running' && status !== 'queued';
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

    /** Opens the train dialog filled with what the run used. */
    again: (run: Run) => {
      const [input] = run.inputs;
      useTrainDialog.getState().open({
        fromRun: run,
        template: run.template,
        params: run.params,
        ...(input ? { dataset: input.datasetName, version: input.version } : {}),
      });
    },
  };
}

export type RunActions = ReturnType<typeof useRunActions>;
