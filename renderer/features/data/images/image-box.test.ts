import { describe, expect, it } from 'vitest';
import { boxOf, fitted } from './image-box.ts';

const facts = (values: Record<string, number | null>) =>
  Object.entries(values).map(([name, value]) => ({ column: { name, type: 'number' as const }, value }));

describe('the box of a picture', () => {
  it('is read from pixels in COCO and from shares around the centre in YOLO', () => {
    const size = { width: 200, height: 100 };
    expect(boxOf('coco', facts({ x: 50, y: 10, width: 100, height: 20 }), size)).toEqual({
      left: 0.25,
      top: 0.1,
      width: 0.5,
      height: 0.2,
    });
    expect(boxOf('yolo', facts({ x_center: 0.5, y_center: 0.5, width: 0.5, height: 0.25 }), null)).toEqual({
      left: 0.25,
      top: 0.375,
      width: 0.5,
      height: 0.25,
    });
  });

  it('is none where the row names none', () => {
    expect(boxOf('images', facts({ width: 10, height: 10 }), { width: 10, height: 10 })).toBeNull();
    expect(boxOf('yolo', facts({ x_center: null, y_center: 1, width: 1, height: 1 }), null)).toBeNull();
  });
});

describe('fitting a picture', () => {
  it('enlarges small ones, but not without end, and shrinks large ones', () => {
    const room = { width: 600, height: 400 };
    expect(fitted({ width: 8, height: 8 }, room)).toEqual({ width: 96, height: 96, scale: 12 });
    expect(fitted({ width: 1200, height: 400 }, room)).toEqual({ width: 600, height: 200, scale: 0.5 });
  });
});
