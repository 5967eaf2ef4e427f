import { checkPack, type PackDamage } from './check-pack.ts';
import { faultOfEnds } from './pack-ends.ts';
import type { StoreParts } from './store-parts.ts';

/** The share of the packs that one of several threads reads. */
export interface PacksToRead {
  readonly part: number;
  readonly parts: number;
  /** Packs that nobody has to read. */
  readonly known: readonly string[];
}

/** What one of several threads found in its share of the packs; it crosses threads. */
export interface ReadPacks {
  readonly broken: readonly PackDamage[];
  /** What the index tells wrong. */
  readonly misled: readonly string[];
}

/**
 * Read every n-th pack, its ends too.
 *
 * @param onWhole told of each pack in which nothing is wrong
 * @param onBytes told of bytes that were read of how many; may throw to stop
 */
export function readPacks(
  { paths, index, blocks }: StoreParts,
  share: PacksToRead,
  onWhole: (pack: string) => void,
  onBytes: (done: number, total: number) => void,
): ReadPacks {
  // The largest first, so that every share has as much to read.
  const known = new Set(share.known);
  const packs = index
    .packs()
    .filter(({ name }) => !known.has(name))
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .filter((_, at) => at % share.parts === share.part);
  const total = packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const broken: PackDamage[] = [];
  const misled: string[] = [];
  let done = 0;
  for (const { name, sizeBytes } of packs) {
    const before = done;
    const faults = broken.length + misled.length;
    broken.push(
      ...checkPack(index, blocks, name, (bytes) => {
        done += bytes;
        onBytes(done, total);
      }),
    );
    const fault = faultOfEnds(index, paths, name);
    if (fault?.of === 'pack') broken.push({ pack: name, offset: null, reason: fault.reason, entries: [] });
    if (fault?.of === 'index') misled.push(fault.reason);
    if (broken.length + misled.length === faults) onWhole(name);
    done = before + sizeBytes;
    onBytes(done, total);
  }
  return { broken, misled };
}
