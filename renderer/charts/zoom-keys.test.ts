import { describe, expect, it } from 'vitest';
import { zoomByKey } from './zoom-keys.ts';

const whole = { min: 0, max: 1000 };
const press = (key: string, shown = whole, at: number | null = null, ctrlKey = false) =>
  zoomByKey({ key, ctrlKey }, shown, whole, at);

describe('keys that zoom a chart', () => {
  it('halve what shows around the cursor, or around the middle', () => {
    expect(press('+')).toEqual({ min: 250, max: 750 });
    expect(press('=', whole, 200)).toEqual({ min: 100, max: 600 });
    expect(press('+', { min: 100, max: 200 }, 900)).toEqual({ min: 125, max: 175 });
  });

  it('double it again, not beyond all that there is, and show all', () => {
    expect(press('-', { min: 100, max: 200 })).toEqual({ min: 50, max: 250 });
    expect(press('-', { min: 0, max: 400 })).toEqual({ min: 0, max: 600 });
    expect(press('-', { min: 100, max: 900 })).toBe(null);
    expect(press('0', { min: 100, max: 200 })).toBe(null);
  });

  it('move what shows by a quarter, up to the ends', () => {
    expect(press('ArrowRight', { min: 100, max: 200 }, null, true)).toEqual({ min: 125, max: 225 });
    expect(press('ArrowRight', { min: 880, max: 990 }, null, true)).toEqual({ min: 890, max: 1000 });
    expect(press('ArrowLeft', whole, null, true)).toBe(null);
  });

  it('leave all other keys to the cursor', () => {
    expect(press('ArrowRight', { min: 100, max: 200 })).toBe(undefined);
    expect(press('+', whole, null, true)).toBe(undefined);
  });
});
