import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRow } from './bench.ts';

/** Longer than anything that is waited for takes on a busy machine. */
const PATIENCE_MS = 60_000;

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/**
 * Medians of ways to do the same, which take turns, so that a slow moment of the machine meets all of them. The first round warms
 * up and is not counted.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  ways: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(ways) as Name[];
  const measured = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1)
    for (const name of names) {
      const value = await ways[name]();
      if (round > 0) measured.get(name)!.push(value);
    }
  return Object.fromEntries(names.map((name) => [name, median(measured.get(name)!)])) as Record<Name, number>;
}

/** Wait, looking about once a millisecond, until there is something in a file. */
export async function firstLineIn(file: string): Promise<void> {
  const endAt = performance.now() + PATIENCE_MS;
  while (!fs.statSync(file, { throwIfNoEntry: false })?.size) {
    if (performance.now() > endAt) throw new Error(`nothing was written to ${file}`);
    await delay(1);
  }
}

/** A row with the ratio of ours to a peer's. */
export function beside(
  row: Pick<BenchRow, 'what' | 'oursUnit' | 'limit' | 'note'>,
  ours: number,
  peer: { readonly name: string; readonly value: number },
): BenchRow {
  return { ...row, ours, peer, ratio: ours / peer.value };
}

/** A row that says why it has no number. */
export function skipped(what: string, reason: string): BenchRow {
  return { what, ours: null, oursUnit: '', note: `skipped: ${reason}` };
}
