import { describe, expect, it } from 'vitest';
import { brushed, inkColor, strokePoints } from './brush.ts';

const grid = { width: 8, height: 8, max: 16 };
const blank = Array.from({ length: 64 }, () => 0);

describe('the brush', () => {
  it('inks the pixel it touches fully, its neighbours less, and far ones not at all', () => {
    const pixels = brushed(blank, grid, { x: 3.5, y: 3.5 }, 'draw');
    expect(pixels[3 * 8 + 3]).toBe(16);
    const neighbour = pixels[3 * 8 + 4] ?? 0;
    expect(neighbour).toBeGreaterThan(0);
    expect(neighbour).toBeLessThan(16);
    expect(pixels[0]).toBe(0);
  });

  it('erases what it drew and never goes below nothing', () => {
    const drawn = brushed(blank, grid, { x: 3.5, y: 3.5 }, 'draw');
    const erased = brushed(drawn, grid, { x: 3.5, y: 3.5 }, 'erase');
    expect(erased[3 * 8 + 3]).toBe(0);
    expect(Math.min(...erased)).toBe(0);
  });

  it('never exceeds full ink however often it passes', () => {
    let pixels = blank;
    for (let pass = 0; pass < 5; pass += 1) pixels = brushed(pixels, grid, { x: 4.5, y: 4.5 }, 'draw');
    expect(Math.max(...pixels)).toBe(16);
  });

  it('leaves no hole in a fast stroke', () => {
    const points = strokePoints({ x: 0, y: 0 }, { x: 8, y: 0 });
    const gaps = points.map(({ x }, index) => x - (points[index - 1]?.x ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(0.5);
    expect(points.at(-1)).toEqual({ x: 8, y: 0 });
  });

  it('shows ink on the theme’s own scale', () => {
    expect(inkColor(8, 16)).toContain('50%');
  });
});
