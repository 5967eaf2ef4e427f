import type { DataSplitSpec } from '../../../../app/contract/data-splits.ts';

/** How a split tells rows apart: `stratified by city, seed 7`. */
export function methodWords({ method, seed, duplicates, folds }: DataSplitSpec): string {
  const how =
    method.kind === 'stratified'
      ? `stratified by ${method.column}`
      : method.kind === 'grouped'
        ? `grouped by ${method.columns.join(', ')}`
        : method.kind === 'time'
          ? `by the time in ${method.column}`
          : 'at random';
  const apart = duplicates === 'apart' && method.kind !== 'grouped' && method.kind !== 'time';
  return [
    folds === undefined ? how : `${folds} folds ${how}`,
    method.kind === 'time' ? null : `seed ${seed}`,
    apart ? 'equal rows may part' : null,
  ]
    .filter(Boolean)
    .join(', ');
}

/** `train 70, validation 15, test 15` as the shares that a split takes, or what is wrong with it. */
export function readParts(
  text: string,
):
  | { readonly parts: { readonly name: string; readonly fraction: number }[]; readonly problem: null }
  | { readonly parts: null; readonly problem: string } {
  const fail = (problem: string) => ({ parts: null, problem });
  const lines = text
    .split(/[,\n]/)
    .map((line) => line.trim())
    .filter(Boolean);
  const parts: { name: string; percent: number }[] = [];
  for (const line of lines) {
    const [, name, share] = /^([a-z0-9][a-z0-9_-]{0,39})\s+(\d+(?:\.\d+)?)\s*%?$/.exec(line) ?? [];
    if (name === undefined) return fail(`“${line}” is not a name and a share such as “train 70”.`);
    parts.push({ name, percent: Number(share) });
  }
  if (parts.length < 2) return fail('A split has at least two parts, such as “train 80, test 20”.');
  const sum = parts.reduce((all, { percent }) => all + percent, 0);
  if (Math.abs(sum - 100) > 1e-6)
    return fail(`The shares add up to ${Number(sum.toPrecision(6))} %, not to 100 %.`);
  return { parts: parts.map(({ name, percent }) => ({ name, fraction: percent / 100 })), problem: null };
}
