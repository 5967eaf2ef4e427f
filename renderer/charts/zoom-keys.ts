import type { ValueRange } from './range.ts';

/** How much narrower a key makes what shows. */
const factor = 2;
/** Share of what shows that a key moves by. */
const stride = 0.25;

/**
 * The part of the horizontal axis that a key asks for: plus and minus zoom around the cursor, Ctrl and arrows move what shows,
 * 0 shows all. Null is all of it; undefined where the key means something else.
 *
 * @param shown what shows now
 * @param whole all that there is
 * @param at the cursor, or null for the middle
 */
export function zoomByKey(
  { key, ctrlKey }: { readonly key: string; readonly ctrlKey: boolean },
  shown: ValueRange,
  whole: ValueRange,
  at: number | null,
): ValueRange | null | undefined {
  const width = shown.max - shown.min;
  const middle = at !== null && at >= shown.min && at <= shown.max ? at : (shown.min + shown.max) / 2;
  const scaled = (by: number): ValueRange => ({
    min: middle - (middle - shown.min) * by,
    max: middle + (shown.max - middle) * by,
  });
  if (key === '0' && !ctrlKey) return null;
  if ((key === '+' || key === '=') && !ctrlKey) return scaled(1 / factor);
  if (key === '-' && !ctrlKey) return within(scaled(factor), whole);
  if (!ctrlKey || (key !== 'ArrowLeft' && key !== 'ArrowRight')) return undefined;
  const wanted = key === 'ArrowLeft' ? -stride * width : stride * width;
  const by = Math.min(Math.max(wanted, whole.min - shown.min), whole.max - shown.max);
  return within({ min: shown.min + by, max: shown.max + by }, whole);
}

/** A range cut to all that there is; null where it is all. */
function within({ min, max }: ValueRange, whole: ValueRange): ValueRange | null {
  if (min <= whole.min && max >= whole.max) return null;
  return { min: Math.max(min, whole.min), max: Math.min(max, whole.max) };
}
