import { describe, expect, it } from 'vitest';
import { keptWidth, movedBy, movedTo, splitColumns } from './column-layout.ts';

const column = (id: string, pinned = false, widthPx = 100) => ({ id, pinned, widthPx });
const columns = [column('name', true, 200), column('a'), column('data', true, 80), column('b'), column('c')];
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).join(' ');

describe('columns of a wide table', () => {
  it('stand pinned ones first, whatever their place in the list', () => {
    const { pinned, free, pinnedPx, totalPx } = splitColumns(columns);
    expect([ids(pinned), ids(free), pinnedPx, totalPx]).toEqual(['name data', 'a b c', 280, 580]);
  });

  it('take the place of another, to either side, and are pinned as it is', () => {
    expect(ids(movedTo(columns, 'a', 'c'))).toBe('name data b c a');
    expect(ids(movedTo(columns, 'c', 'a'))).toBe('name c a data b');
    expect(movedTo(columns, 'c', 'name')[0]).toEqual(column('c', true));
    expect(movedTo(columns, 'c', 'nowhere')).toBe(columns);
  });

  it('move among those that are pinned alike, and not beyond the ends', () => {
    expect(ids(splitColumns(movedBy(columns, 'data', -1)).pinned)).toBe('data name');
    expect(ids(splitColumns(movedBy(columns, 'a', 1)).free)).toBe('b a c');
    expect(movedBy(columns, 'c', 1)).toBe(columns);
    expect(movedBy(columns, 'name', -1)).toBe(columns);
  });

  it('keep a width that can be read', () => {
    expect([keptWidth(3), keptWidth(120.4), keptWidth(1e6)]).toEqual([48, 120, 900]);
  });
});
