/** Numbers and times as the screens write them: a space before a unit, true minus, thousands with commas. */

const minus = '\u2212';
const none = '–';

/** A whole number with thousands: `13,452`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US').replace('-', minus);
}

/** `1 run`, `3 runs`, `13,452 rows`; a word with an irregular plural is given it. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** Bytes in decimal units with three significant digits at most: `31.2 GB`, `112 KB`, `0 B`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = Math.abs(bytes);
  let unit = 0;
  while (unit < units.length - 1 && Math.round(value * 10) / 10 >= 1000) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${bytes < 0 ? minus : ''}${value.toFixed(digits)} ${units[unit]}`;
}

/** A share from 0 to 1 as percent: `97 %`, `0.4 %`. */
export function formatPercent(fraction: number): string {
  const percent = fraction * 100;
  const digits = percent !== 0 && Math.abs(percent) < 10 ? 1 : 0;
  return `${trimmed(percent, digits)} %`;
}

/** A length of time in its two largest units: `7 min 40 s`, `2 h 5 min`, `14 s`, `340 ms`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  if (durationMs < 9_950) return `${trimmed(durationMs / 1000, 1)} s`;
  const seconds = Math.round(durationMs / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** Time that is left, in whole seconds because it is an estimate: `7 min 40 s left`. */
export function formatLeft(remainingMs: number): string {
  return `${formatDuration(Math.max(1, Math.ceil(remainingMs / 1000)) * 1000)} left`;
}

/** Made once: asking a number for its own formatter costs more than a table has time for. */
const oneDecimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/**
 * The value of a metric, the same in tables, charts and sentences: four decimals in the usual range, thousands and one
 * decimal from 100 on, three significant digits where it is very small or large; NaN and ∞ for what is no number, a dash for
 * what is missing.
 */
export function formatMetric(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return none;
  const number = Number(value);
  if (Number.isNaN(number)) return 'NaN';
  const sign = number < 0 ? minus : '';
  const size = Math.abs(number);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (size === 0) return '0';
  if (size >= 1e9 || size < 0.001) {
    return sign + size.toExponential(2).replace('e+', 'e').replace('e-', `e${minus}`);
  }
  if (size >= 100 || Number.isInteger(size)) {
    return sign + oneDecimal.format(size);
  }
  return sign + size.toFixed(4);
}

/** A number of unknown size for statistics: four significant digits at most, thousands with commas. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return formatMetric(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) {
    return value.toExponential(2).replace('e+', 'e').replaceAll('-', minus);
  }
  if (Number.isInteger(value)) return formatCount(value);
  const digits = Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(size))));
  const rounded = Number(value.toFixed(digits));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: digits }).replace('-', minus);
}

/** A moment as people say it: clock time today, `yesterday 14:09`, `18 Nov` this year, else with the year. */
export function formatClock(at: number, now: number = Date.now()): string {
  const moment = new Date(at);
  const clock = `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
  const days = daysBetween(moment, new Date(now));
  if (days === 0) return clock;
  if (days === 1) return `yesterday ${clock}`;
  const year = moment.getFullYear() === new Date(now).getFullYear() ? '' : ` ${moment.getFullYear()}`;
  return `${dayAndMonth(moment)}${year}`;
}

/** A short distance in the past: `just now`, `3 min ago`, `2 h ago`; the clock time beyond half a day. */
export function formatAgo(at: number, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 43_200) return `${Math.floor(seconds / 3600)} h ago`;
  return formatClock(at, now);
}

/** A moment in full, for tooltips: `2026-11-18 14:09:07`. */
export function formatMoment(at: number): string {
  const moment = new Date(at);
  const day = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
  return `${day} ${pad(moment.getHours())}:${pad(moment.getMinutes())}:${pad(moment.getSeconds())}`;
}

/** The twelve digits of a digest that the screens show. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dayAndMonth(moment: Date): string {
  return `${moment.getDate()} ${months[moment.getMonth()]}`;
}

/** Whole calendar days from `from` to `to`, in local time; midday avoids the hour that clocks skip. */
function daysBetween(from: Date, to: Date): number {
  const midday = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate(), 12).getTime();
  return Math.round((midday(to) - midday(from)) / 86_400_000);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, '').replace('-', minus);
}
