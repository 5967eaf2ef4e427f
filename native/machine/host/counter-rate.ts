/**
 * How fast a counter grows, per second, between one look and the next.
 *
 * @param wrapsAt where the counter starts again at zero; without it a counter that shrank gives no rate
 * @returns null at the first look, while the counter cannot be read, and where no time has passed
 */
export function counterRate(wrapsAt: number | null = null) {
  let last: { readonly value: number; readonly atMs: number } | null = null;
  return (value: number | null, atMs: number): number | null => {
    const before = last;
    last = value === null ? null : { value, atMs };
    if (before === null || value === null || atMs <= before.atMs) return null;
    const grown = value - before.value;
    const seconds = (atMs - before.atMs) / 1000;
    if (grown >= 0) return grown / seconds;
    return wrapsAt === null ? null : (grown + wrapsAt) / seconds;
  };
}
