interface Grid {
  readonly width: number;
  readonly height: number;
  /** Value of full ink. */
  readonly max: number;
}

/**
 * Puts a soft round brush on a grid of pixels and returns the new pixels, row by row. The darkest pass stays;
 * erasing takes ink away. `x` and `y` are in pixels, so 0.5 is the middle of the first.
 */
export function brushed(
  pixels: readonly number[],
  { width, height, max }: Grid,
  at: { readonly x: number; readonly y: number },
  mode: 'draw' | 'erase',
): number[] {
  const radius = Math.max(0.9, Math.min(width, height) / 11);
  return pixels.map((value, index) => {
    const dx = (index % width) + 0.5 - at.x;
    const dy = Math.floor(index / width) + 0.5 - at.y;
    const distance = Math.hypot(dx, dy);
    const ink = Math.max(0, Math.min(1, 1.35 - distance / (radius * 1.1)));
    if (ink <= 0) return value;
    const amount = ink * max;
    const next = mode === 'draw' ? Math.max(value, amount) : value - amount;
    return Math.round(Math.min(max, Math.max(0, next)));
  });
}

/** Points between two places, close enough that a fast stroke has no holes. */
export function strokePoints(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): { x: number; y: number }[] {
  const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 0.4));
  return Array.from({ length: count }, (_, index) => ({
    x: from.x + ((to.x - from.x) * (index + 1)) / count,
    y: from.y + ((to.y - from.y) * (index + 1)) / count,
  }));
}

/** The CSS colour of an amount of ink on the theme's own scale. */
export function inkColor(value: number, max: number): string {
  const percent = Math.round((Math.min(max, Math.max(0, value)) / (max || 1)) * 100);
  return `color-mix(in srgb, var(--ink-1) ${percent}%, var(--ink-0))`;
}
