/** A position on the horizontal axis in full: 14,200, or a time such as 12.4 s. */
export function formatPosition(at: number, axis: 'step' | 'time'): string {
  if (axis === 'step') return Math.round(at).toLocaleString('en-US');
  const seconds = at / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
}
