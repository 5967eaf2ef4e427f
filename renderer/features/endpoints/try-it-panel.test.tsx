// @vitest-environment happy-dom
import { act, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DrawingPad } from './drawing-pad.tsx';
import { PredictionView } from './prediction-view.tsx';

let root: Root;
let host: HTMLElement;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
  vi.unstubAllGlobals();
});

function Pad({ seen }: { readonly seen: (pixels: readonly number[]) => void }) {
  const [pixels, setPixels] = useState<readonly number[]>(Array.from({ length: 64 }, () => 0));
  const change = (next: readonly number[]) => {
    setPixels(next);
    seen(next);
  };
  return <DrawingPad width={8} height={8} max={16} pixels={pixels} mode="draw" onChange={change} />;
}

function press(key: string, shiftKey = false) {
  const pad = host.querySelector('[role=application]');
  act(() => {
    pad?.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true }));
  });
}

describe('drawing with the keyboard', () => {
  it('moves a cell with the arrows and inks it with Space', () => {
    const seen = vi.fn<(pixels: readonly number[]) => void>();
    act(() => root.render(<Pad seen={seen} />));
    press('ArrowLeft');
    expect(seen).not.toHaveBeenCalled();
    expect(host.querySelectorAll('[data-cell=current]')).toHaveLength(1);
    press(' ');
    expect(seen.mock.lastCall?.[0][4 * 8 + 3]).toBe(16);
  });

  it('draws while it moves with Shift, and stops at the edge', () => {
    const seen = vi.fn<(pixels: readonly number[]) => void>();
    act(() => root.render(<Pad seen={seen} />));
    for (let step = 0; step < 9; step += 1) press('ArrowUp', true);
    const pixels = seen.mock.lastCall?.[0] ?? [];
    expect([0, 1, 2, 3].map((row) => pixels[row * 8 + 4])).toEqual([16, 16, 16, 16]);
  });
});

describe('the answer', () => {
  const shown = (prediction: Parameters<typeof PredictionView>[0]['prediction']) => {
    act(() =>
      root.render(
        <PredictionView prediction={prediction} durationMs={1.42} modelMs={0.2} hint="Draw something." />,
      ),
    );
    return host.textContent ?? '';
  };

  it('says what to do before there is one', () => {
    expect(shown(null)).toBe('Draw something.');
  });

  it('of a classifier shows the class, how sure it is and what it took', () => {
    const probabilities = [
      { label: 'a', probability: 0.018 },
      { label: 'b', probability: 0.982 },
    ];
    const text = shown({ kind: 'class', label: 'b', confidence: 0.982, probabilities });
    expect(text).toContain('98.2 % sure');
    expect(text).toContain('1.4 ms, of which model 0.2 ms');
    expect(host.querySelector('[data-top]')?.textContent).toBe('b');
  });

  it('of many classes shows the twelve likeliest and says so', () => {
    const probabilities = Array.from({ length: 40 }, (_, index) => ({
      label: `c${index}`,
      probability: index / 1000,
    }));
    const text = shown({ kind: 'class', label: 'c39', confidence: 0.039, probabilities });
    expect(text).toContain('12 likeliest of 40');
    expect(text).not.toContain('c3 ');
  });
});
