import { useQueryClient } from '@tanstack/react-query';
import { orpc } from '../../../client/orpc.ts';
import { notify } from '../../../components/notify.ts';

/** Does something to a version's names or tags, says so, and offers to undo it. */
export function useVersionChange() {
  const queries = useQueryClient();
  const change = async (
    act: () => Promise<unknown>,
    done: string,
    undo: () => Promise<unknown>,
  ): Promise<void> => {
    try {
      await act();
      notify.undo(done, () => change(undo, 'Undone', act));
    } catch (error) {
      notify.error(error);
    } finally {
      await queries.invalidateQueries({ queryKey: orpc.datasets.key() });
    }
  };
  return change;
}
