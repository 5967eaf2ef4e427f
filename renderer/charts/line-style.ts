/** Dashes by which lines beyond the twelfth are told apart from those that share their colour. */
const dashes = ['solid', 'dash', 'dot', 'dashdot'] as const;

/** The most lines that keep full strength side by side; beyond it only the focused one does. */
export const fullStrengthLines = 12;

interface LineStyle {
  readonly dash: (typeof dashes)[number];
  readonly widthPx: number;
  readonly opacity: number;
}

/** How the line at `index` of `count` is drawn: width, dash and whether it stands back behind a focused one. */
export function lineStyle(index: number, count: number, focus: 'none' | 'this' | 'other'): LineStyle {
  const dash = dashes[Math.floor(index / fullStrengthLines) % dashes.length] ?? 'solid';
  const dimmed = focus === 'other' && count > fullStrengthLines;
  return {
    dash,
    widthPx: focus === 'this' ? 2.25 : 1.5,
    opacity: dimmed ? 0.18 : 1,
  };
}
