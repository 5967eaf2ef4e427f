import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { brushed, inkColor, strokePoints } from './brush.ts';
import styles from './endpoints.module.css';

interface DrawingPadProps {
  readonly width: number;
  readonly height: number;
  readonly max: number;
  readonly pixels: readonly number[];
  readonly mode: 'draw' | 'erase';
  readonly onChange: (pixels: readonly number[]) => void;
}

/**
 * A grid of pixels to draw on with a soft brush. The pointer draws by dragging; on the keyboard the arrows move a
 * cell cursor, Space inks it (or erases it), and Shift with an arrow draws while moving.
 */
export function DrawingPad({ width, height, max, pixels, mode, onChange }: DrawingPadProps) {
  const area = useRef<HTMLDivElement>(null);
  const latest = useRef(pixels);
  latest.current = pixels;
  const last = useRef<{ x: number; y: number } | null>(null);
  const [cell, setCell] = useState<{ x: number; y: number } | null>(null);

  function place(event: PointerEvent): { x: number; y: number } {
    const box = area.current?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0 };
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  }

  function paint(points: readonly { x: number; y: number }[]) {
    let next: readonly number[] = latest.current;
    for (const point of points) next = brushed(next, { width, height, max }, point, mode);
    latest.current = next;
    onChange(next);
  }

  function onKeyDown(event: KeyboardEvent) {
    const at = cell ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    const step = {
      ArrowLeft: { x: -1, y: 0 },
      ArrowRight: { x: 1, y: 0 },
      ArrowUp: { x: 0, y: -1 },
      ArrowDown: { x: 0, y: 1 },
    }[event.key];
    if (step) {
      event.preventDefault();
      const next = {
        x: Math.min(width - 1, Math.max(0, at.x + step.x)),
        y: Math.min(height - 1, Math.max(0, at.y + step.y)),
      };
      setCell(next);
      if (event.shiftKey) paint([{ x: next.x + 0.5, y: next.y + 0.5 }]);
    } else if (event.key === ' ') {
      event.preventDefault();
      setCell(at);
      paint([{ x: at.x + 0.5, y: at.y + 0.5 }]);
    }
  }

  return (
    <div
      ref={area}
      className={styles.pad}
      role="application"
      aria-label={`Drawing, ${width} by ${height} pixels. Arrows move, Space ${mode === 'draw' ? 'inks' : 'erases'} a pixel.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard draws on it
      tabIndex={0}
      style={{ gridTemplateColumns: `repeat(${width}, 1fr)`, aspectRatio: `${width} / ${height}` }}
      onKeyDown={onKeyDown}
      onBlur={() => setCell(null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setCell(null);
        last.current = place(event);
        paint([last.current]);
      }}
      onPointerMove={(event) => {
        if (!last.current) return;
        const to = place(event);
        paint(strokePoints(last.current, to));
        last.current = to;
      }}
      onPointerUp={() => {
        last.current = null;
      }}
      onPointerCancel={() => {
        last.current = null;
      }}
    >
      {pixels.map((value, index) => (
        <i
          // biome-ignore lint/suspicious/noArrayIndexKey: a pixel is its place
          key={index}
          data-cell={cell && cell.y * width + cell.x === index ? 'current' : undefined}
          style={{ background: inkColor(value, max) }}
        />
      ))}
    </div>
  );
}

/** An image too small to touch, drawn with the same scale: a row of a data set, say. */
export function PixelImage(props: {
  readonly width: number;
  readonly height: number;
  readonly max: number;
  readonly pixels: readonly number[];
  readonly sizePx: number;
}) {
  const { width, height, max, pixels, sizePx } = props;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={sizePx}
      height={(sizePx * height) / width}
      shapeRendering="crispEdges"
      aria-hidden="true"
    >
      <rect width={width} height={height} style={{ fill: 'var(--ink-0)' }} />
      {pixels.map((value, index) =>
        value > 0 ? (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a pixel is its place
            key={index}
            x={index % width}
            y={Math.floor(index / width)}
            width={1}
            height={1}
            style={{ fill: inkColor(value, max) }}
          />
        ) : null,
      )}
    </svg>
  );
}
