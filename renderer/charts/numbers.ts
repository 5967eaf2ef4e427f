/** A value read off a chart: four decimals in the usual range, else three significant digits. */
export function formatReading(value: number | undefined | null): string {
  if (value === undefined || value === null || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 1e9 || size < 0.001) return sign + size.toExponential(2);
  if (size >= 100 || Number.isInteger(size)) {
    return sign + size.toLocaleString('en-US', { maximumFractionDigits: 1 });
  }
  return sign + size.toFixed(4);
}

/** A position on the horizontal axis in full: 14,200, or a time such as 12.4 s. */
export function formatPosition(at: number, axis: 'step' | 'time'): string {
  if (axis === 'step') return Math.round(at).toLocaleString('en-US');
  const seconds = at / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
}
