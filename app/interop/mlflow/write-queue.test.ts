import { describe, expect, it } from 'vitest';
import { MlflowError } from './mlflow-error.ts';
import { createWriteQueue } from './write-queue.ts';

/** A store whose transactions can be counted and are undone when their body throws. */
function store() {
  let rows: string[] = [];
  let commits = 0;
  return {
    rows: () => rows,
    commits: () => commits,
    add: (row: string) => rows.push(row),
    transaction<T>(body: () => T): T {
      const before = [...rows];
      try {
        const result = body();
        commits += 1;
        return result;
      } catch (error) {
        rows = before;
        throw error;
      }
    },
  };
}

describe('requests that come at the same time', () => {
  it('share one commit, in the order they came', async () => {
    const { rows, commits, add, transaction } = store();
    const queue = createWriteQueue(transaction);
    expect(await Promise.all(['a', 'b', 'c'].map((row) => queue.run(() => add(row))))).toEqual([1, 2, 3]);
    expect(rows()).toEqual(['a', 'b', 'c']);
    expect(commits()).toBe(1);
  });

  it('are committed although one of them is refused', async () => {
    const { rows, commits, add, transaction } = store();
    const queue = createWriteQueue(transaction);
    const refused = queue.run(() => {
      throw new MlflowError('INVALID_PARAMETER_VALUE', 'no');
    });
    const written = ['b', 'c'].map((row) => queue.run(() => add(row)));
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    await Promise.all(written);
    expect(rows()).toEqual(['b', 'c']);
    expect(commits()).toBe(1);
  });

  it('are each done alone when one fails half-way, which leaves nothing of that one', async () => {
    const { rows, add, transaction } = store();
    const queue = createWriteQueue(transaction);
    const before = queue.run(() => add('a'));
    const failed = queue.run(() => {
      add('half');
      throw new Error('disk full');
    });
    const after = queue.run(() => add('c'));
    await expect(failed).rejects.toThrow('disk full');
    await Promise.all([before, after]);
    expect(rows()).toEqual(['a', 'c']);
  });
});
