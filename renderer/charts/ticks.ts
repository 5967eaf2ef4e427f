const steps = [1, 2, 2.5, 5, 10] as const;

/** The smallest pleasant step (1, 2, 2.5 or 5 times a power of ten) that cuts `span` into at most `count` parts. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = steps.find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** Ticks of a linear axis inside [min, max]: about `count`, never more than one above. */
export function linearTicks(min: number, max: number, count = 4): number[] {
  const step = niceStep(max - min, count);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const ticks: number[] = [];
  for (let index = first; index <= last; index += 1) ticks.push(cleaned(index * step));
  return ticks;
}

/** Ticks of a logarithmic axis inside [min, max], both above zero: 1-2-5 where few decades show, else whole decades. */
export function logTicks(min: number, max: number, count = 6): number[] {
  const low = Math.floor(Math.log10(min) - 1e-9);
  const high = Math.ceil(Math.log10(max) + 1e-9);
  const inside = (value: number) => value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9);
  for (const mantissas of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = low; power <= high; power += 1) {
      for (const mantissa of mantissas) {
        const value = cleaned(mantissa * 10 ** power);
        if (inside(value)) ticks.push(value);
      }
    }
    if (ticks.length <= count + 1 && ticks.length > 0) return ticks;
    if (mantissas.length === 1) {
      const every = Math.max(1, Math.ceil(ticks.length / count));
      return ticks.filter((_, index) => index % every === 0);
    }
  }
  return [];
}

/** A tick's words: 5k on large numbers, 3e-4 on tiny ones, else as many decimals as the step between ticks needs. */
export function formatTick(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 1_000_000) return sign + inUnit(size, 1_000_000, 'M', step);
  if (size >= 1000) return sign + inUnit(size, 1000, 'k', step);
  if (size < 0.001 || (step > 0 && step < 0.001)) return sign + Number(size.toPrecision(3)).toExponential();
  const decimals = step > 0 && step < 1 ? Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)) : 0;
  const exact = Number.isInteger(cleaned(step * 10 ** decimals)) ? decimals : decimals + 1;
  return sign + size.toFixed(exact);
}

/** Decimals beyond which a number says more without its unit. */
const mostDecimals = 2;

/** Thousands or millions, with the decimals that tell neighbouring ticks apart; in full where these would be many. */
function inUnit(size: number, unit: number, word: string, step: number): string {
  const needed = step > 0 ? Math.ceil(-Math.log10(step / unit) - 1e-9) : 0;
  if (needed > mostDecimals) return size.toLocaleString('en-US', { maximumFractionDigits: 0 });
  const plain = trimmed(size / unit);
  return `${needed > 0 && step < size / 100 ? String(Number((size / unit).toFixed(needed + 1))) : plain}${word}`;
}

/** A tick of a logarithmic axis: each says itself, so 0.05, 0.2 and 2 keep their own precision. */
export function formatLogTick(value: number): string {
  return value >= 0.001 && value < 1000 ? String(cleaned(value)) : formatTick(value, value);
}

/** A time since the start of a run on an axis: 0, 30 s, 5 min, 1.5 h. */
export function formatElapsedTick(ms: number): string {
  const seconds = ms / 1000;
  if (seconds === 0) return '0';
  if (seconds < 1) return `${trimmed(ms)} ms`;
  if (seconds < 120) return `${trimmed(seconds)} s`;
  if (seconds < 7200) return `${trimmed(seconds / 60)} min`;
  return `${trimmed(seconds / 3600)} h`;
}

/** Ticks of an axis of elapsed milliseconds, on seconds, minutes or hours that people count in. */
export function elapsedTicks(max: number, count = 5): number[] {
  const second = 1000;
  const minute = 60 * second;
  const hour = 60 * minute;
  const choices = [1, 2, 5, 10, 15, 30].flatMap((size) => [size * second, size * minute]);
  const step =
    max < 2 * second
      ? niceStep(max, count)
      : ([...choices, hour, 2 * hour, 6 * hour, 12 * hour, 24 * hour]
          .sort((a, b) => a - b)
          .find((choice) => max / choice <= count) ?? niceStep(max, count));
  const ticks: number[] = [];
  for (let value = 0; value <= max * (1 + 1e-9); value += step) ticks.push(value);
  return ticks;
}

function cleaned(value: number): number {
  return Number(value.toPrecision(12));
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}
