import type { Run } from '../../../app/contract/runs.contract.ts';

/** What the order of the queue depends on. */
export type QueuedRun = Pick<Run, 'id' | 'createdAt'> & {
  readonly scheduling: Pick<Run['scheduling'], 'priority'>;
};

/** A priority that a run is to get. */
export interface NewPriority {
  readonly id: Run['id'];
  readonly before: number;
  readonly priority: number;
}

const least = -1000;
const greatest = 1000;

/**
 * The priorities that put a run at another place of the queue. Higher priorities start first, and runs of one priority
 * in the order they were made; only runs whose priority has to change are named. Null where the range of priorities
 * has no room.
 *
 * @param runs waiting runs in their present order
 */
export function moveRun(
  runs: readonly QueuedRun[],
  id: Run['id'],
  to: number,
): readonly NewPriority[] | null {
  const moved = runs.find((run) => run.id === id);
  if (!moved) return [];
  const order = runs.filter((run) => run.id !== id);
  order.splice(to, 0, moved);
  const priorities = new Map(order.map((run) => [run.id, run.scheduling.priority]));
  const of = (run: QueuedRun) => priorities.get(run.id) ?? 0;
  const place = order.indexOf(moved);
  const above = order[place - 1];
  // Lowered first where it would start before the one above; everything above is then raised as far as is needed.
  if (above) priorities.set(id, Math.min(of(moved), of(above) - room(above, moved)));
  for (let index = order.length - 2; index >= 0; index -= 1) {
    const run = order[index]!;
    const next = order[index + 1]!;
    priorities.set(run.id, Math.max(of(run), of(next) + room(run, next)));
  }
  const changes = order.flatMap((run) => {
    const before = run.scheduling.priority;
    return of(run) === before ? [] : [{ id: run.id, before, priority: of(run) }];
  });
  return changes.some(({ priority }) => priority > greatest || priority < least) ? null : changes;
}

/** How much higher the first must be to start before the second: nothing, where it was made before. */
function room(first: QueuedRun, second: QueuedRun): 0 | 1 {
  if (first.createdAt !== second.createdAt) return first.createdAt < second.createdAt ? 0 : 1;
  return first.id < second.id ? 0 : 1;
}
