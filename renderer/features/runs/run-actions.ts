import { useQueryClient } from '@tanstack/react-query';
import type { Outputs } from '../../../app/contract/index.ts';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { counted, formatBytes, formatCount } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { navigate } from '../../shell/router.ts';
import { repeatRequest } from '../train/repeat-request.ts';
import { useTrainDialog } from '../train/train-dialog.store.ts';
import { hasEnded } from './run-state.ts';
import { readTag } from './table/run-reads.ts';

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
/** The most that it tags or moves in one call. */
const mostChanged = 10_000;

function parts<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

async function setTag(ids: readonly Run['id'][], key: string, value: string | null): Promise<void> {
  for (const part of parts(ids, mostChanged)) {
    await client.runs.updateMany({ runs: part, tags: { [key]: value } });
  }
}

/** Gives each run the value back that it had. */
async function setTagsBack(
  ids: readonly Run['id'][],
  key: string,
  before: ReadonlyMap<Run['id'], string>,
): Promise<void> {
  const byValue = Map.groupBy(ids, (id) => before.get(id) ?? null);
  for (const [value, some] of byValue) await setTag(some, key, value);
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

  async function cancelAll(ids: readonly Run['id'][]): Promise<void> {
    for (const id of ids) await client.runs.cancel({ id });
  }

  /** Deletes runs that have ended, with an Undo; says what that will free. */
  const removeMany = (ids: readonly Run['id'][], name?: string) =>
    attempt(async () => {
      if (ids.length === 0) return null;
      const deleted: Run['id'][] = [];
      let freesBytes = 0;
      for (const part of parts(ids, mostAtOnce)) {
        const result = await client.runs.delete({ runs: part });
        deleted.push(...result.deleted);
        freesBytes += result.freesBytes;
      }
      const what = name ?? counted(deleted.length, 'run');
      notify.undo(`Deleted ${what}; frees ${formatBytes(freesBytes)}`, () =>
        attempt(async () => {
          for (const part of parts(deleted, mostAtOnce)) await client.runs.restore({ runs: part });
        }),
      );
      return deleted;
    });

  return {
    cancel: (runs: readonly Run[]) =>
      attempt(async () => {
        const going = runs.filter((run) => !hasEnded(run));
        await cancelAll(going.map(({ id }) => id));
        notify.done(going.length === 1 ? `Cancelled ${going[0]?.name}` : `Cancelled ${going.length} runs`);
      }),

    /** Cancels runs of which only the ids are known. */
    cancelMany: (ids: readonly Run['id'][]) =>
      attempt(async () => {
        await cancelAll(ids);
        notify.done(`Cancelled ${counted(ids.length, 'run')}`);
      }),

    /** Deletes a run that has ended, with an Undo; says what that will free. */
    remove: (runs: readonly Run[]) => {
      const ended = runs.filter(hasEnded);
      return removeMany(
        ended.map(({ id }) => id),
        ended.length === 1 ? ended[0]?.name : undefined,
      );
    },

    removeMany,

    /** Puts runs into another experiment, which is made where there is none of that name; can be undone. */
    move: (ids: readonly Run['id'][], experiment: string) =>
      attempt(async () => {
        const before: Outputs['runs']['move']['before'] = [];
        let made = false;
        for (const part of parts(ids, mostChanged)) {
          const moved = await client.runs.move({ runs: part, experiment, create: true });
          before.push(...moved.before);
          made ||= moved.experiment.made;
        }
        const count = before.reduce((sum, { runs }) => sum + runs.length, 0);
        if (count === 0) {
          notify.done(
            `Nothing moved: ${ids.length === 1 ? 'the run is' : 'all are'} in ${experiment} already`,
          );
          return;
        }
        const where = made ? `the new experiment ${experiment}` : experiment;
        notify.undo(`Moved ${counted(count, 'run')} to ${where}`, () =>
          attempt(async () => {
            for (const { experiment: old, runs } of before) {
              for (const part of parts(runs, mostChanged)) {
                await client.runs.move({ runs: part, experiment: old });
              }
            }
          }),
        );
      }),

    resume: (run: Run) => attempt(() => client.training.resume({ id: run.id })),

    rename: (run: Run, name: string) => attempt(() => client.runs.update({ id: run.id, name })),

    setTag: (run: Run, key: string, value: string | null) =>
      attempt(() => client.runs.update({ id: run.id, tags: { [key]: value } })),

    /** Gives runs a tag, or takes it away with null; can be undone. */
    tagAll: (ids: readonly Run['id'][], key: string, value: string | null) =>
      attempt(async () => {
        const before = await readTag(key);
        await setTag(ids, key, value);
        const what = value === null ? `Took the tag ${key} from` : `Tagged`;
        notify.undo(`${what} ${counted(ids.length, 'run')}`, () =>
          attempt(() => setTagsBack(ids, key, before)),
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
