import { describe, expect, it } from 'vitest';
import { layoutHeight, pixelsPerPixel, rowAt } from './tall-scroll.ts';

const view = { rowHeight: 28, viewHeight: 500 };

describe('scrolling over many rows', () => {
  it('moves pixel by pixel where the rows fit a layout', () => {
    expect(layoutHeight({ ...view, rows: 10_000 })).toBe(280_000);
    expect(pixelsPerPixel({ ...view, rows: 10_000 })).toBe(1);
  });

  it('reaches the last of a hundred million rows at the end of the bar', () => {
    const geometry = { ...view, rows: 100_000_000 };
    const end = layoutHeight(geometry) - view.viewHeight;
    expect(layoutHeight(geometry)).toBeLessThan(16_000_000);
    const { first } = rowAt(end * pixelsPerPixel(geometry), view);
    expect(first + Math.ceil(view.viewHeight / view.rowHeight)).toBe(geometry.rows);
  });

  it('stays at the top where there is nothing to scroll', () => {
    expect(pixelsPerPixel({ ...view, rows: 3 })).toBe(1);
    expect(rowAt(0, view)).toEqual({ first: 0, shiftPx: 0 });
    expect(rowAt(35, view)).toEqual({ first: 1, shiftPx: -7 });
  });
});
