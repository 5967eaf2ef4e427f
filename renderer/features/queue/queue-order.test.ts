import { describe, expect, it } from 'vitest';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { moveRun, type QueuedRun } from './queue-order.ts';

const run = (name: string, priority: number, createdAt: number): QueuedRun => ({
  id: name as Run['id'],
  createdAt,
  scheduling: { priority },
});

/** The queue as the core would order it. */
const ordered = (runs: readonly QueuedRun[]) =>
  [...runs].sort((a, b) => b.scheduling.priority - a.scheduling.priority || a.createdAt - b.createdAt);

function afterMove(runs: readonly QueuedRun[], name: string, to: number) {
  const changes = moveRun(runs, name as Run['id'], to)!;
  const changed = runs.map((one) => {
    const change = changes.find(({ id }) => id === one.id);
    return change ? { ...one, scheduling: { priority: change.priority } } : one;
  });
  return { names: ordered(changed).map(({ id }) => id), changes };
}

const equal = [run('a', 0, 1), run('b', 0, 2), run('c', 0, 3), run('d', 0, 4)];
const mixed = [run('a', 5, 9), run('b', 5, 10), run('c', 0, 1), run('d', -3, 2)];

describe('moving a run in the queue', () => {
  it('puts it where it was dropped, from any place to any other', () => {
    for (const queue of [equal, mixed]) {
      for (const { id } of queue) {
        for (let to = 0; to < queue.length; to += 1) {
          const rest = queue.filter((one) => one.id !== id).map((one) => one.id);
          rest.splice(to, 0, id);
          expect(afterMove(queue, id, to).names, `${id} to ${to}`).toEqual(rest);
        }
      }
    }
  });

  it('changes as few as it can', () => {
    expect(afterMove(equal, 'd', 0).changes).toEqual([{ id: 'd', before: 0, priority: 1 }]);
    expect(afterMove(equal, 'b', 1).changes).toEqual([]);
    expect(afterMove(mixed, 'd', 2).changes).toEqual([{ id: 'd', before: -3, priority: 1 }]);
  });

  it('says when no priority is left', () => {
    const full = [run('a', 1000, 1), run('b', 1000, 2)];
    expect(moveRun(full, 'b' as Run['id'], 0)).toBeNull();
  });
});
