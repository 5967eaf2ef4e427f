const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** @returns milliseconds of `90s`, `1h30m`, `2d`; null for what is no duration */
export function parseSpan(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|min|s|m|h|d|w))+$/.test(text)) return null;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d|w)/g))
    ms += Number(amount) * UNIT_MS[unit!]!;
  return ms;
}

/**
 * A moment: `-7d` before now, `now`, `today` and `yesterday` (midnight here), `2026-11-01`, `2026-11-01T12:30` (both of this
 * machine's time zone unless one is named), or epoch milliseconds.
 *
 * @returns epoch milliseconds; null for what is no moment
 */
export function parseMoment(text: string, nowMs: number): number | null {
  if (/^\d+(?:\.\d+)?(?:[eE]\+?\d+)?$/.test(text)) return Number(text);
  const word = text.toLowerCase();
  if (word === 'now') return nowMs;
  if (word === 'today' || word === 'yesterday') {
    const day = new Date(nowMs);
    day.setHours(0, 0, 0, 0);
    if (word === 'yesterday') day.setDate(day.getDate() - 1);
    return day.getTime();
  }
  if (text.startsWith('-')) {
    const span = parseSpan(text.slice(1));
    return span === null ? null : nowMs - span;
  }
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text))
    return null;
  const time = Date.parse(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(time) ? null : time;
}

/** A metric's value: a number, `nan`, `inf`, `-infinity`; null for what is none. */
export function parseMetricValue(text: string): number | null {
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  return null;
}

/** A logged text that is a number, as JSON writes one; null for any other. Filters and orders read parameters and tags so. */
export function numberIn(text: string): number | null {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}
