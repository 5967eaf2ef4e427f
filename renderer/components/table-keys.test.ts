import { describe, expect, it } from 'vitest';
import { nextRow, selectionAfter } from './table-keys.ts';

describe('a table at the keyboard', () => {
  it('stays within its rows', () => {
    expect([
      nextRow('ArrowUp', 0, 5, 3),
      nextRow('ArrowDown', 4, 5, 3),
      nextRow('PageDown', 3, 5, 3),
      nextRow('End', 0, 0, 3),
    ]).toEqual([0, 4, 4, 0]);
    expect(nextRow('a', 2, 5, 3)).toBeNull();
  });

  const ids = ['a', 'b', 'c', 'd'];

  it('marks and unmarks one row and leaves the others', () => {
    const marked = selectionAfter(ids, new Set(['a']), { index: 2, anchor: 0, range: false });
    expect([...marked]).toEqual(['a', 'c']);
    expect([...selectionAfter(ids, marked, { index: 0, anchor: 0, range: false })]).toEqual(['c']);
  });

  it('marks from the last marked row to this one, in either direction', () => {
    expect([...selectionAfter(ids, new Set(), { index: 1, anchor: 3, range: true })]).toEqual([
      'b',
      'c',
      'd',
    ]);
  });
});
