import { checkPack, type PackDamage } from './check-pack.ts';
import { faultOfEnds } from './pack-ends.ts';
import type { StoreParts } from './store-parts.ts';

/** What one of several threads found in its share of the packs; it crosses threads. */
export interface ReadPacks {
  readonly broken: readonly PackDamage[];
  /** What the index tells wrong. */
  readonly misled: readonly string[];
}

/**
 * Read every n-th pack, its ends too.
 *
 * @param onBytes told of bytes that were read of how many; may throw to stop
 */
export function readPacks(
  { paths, index, blocks }: StoreParts,
  share: { readonly part: number; readonly parts: number },
  onBytes: (done: number, total: number) => void,
): ReadPacks {
  // The largest first, so that every share has as much to read.
  const packs = index
    .packs()
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .filter((_, at) => at % share.parts === share.part);
  const total = packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const broken: PackDamage[] = [];
  const misled: string[] = [];
  let done = 0;
  for (const { name, sizeBytes } of packs) {
    const before = done;
    broken.push(
      ...checkPack(index, blocks, name, (bytes) => {
        done += bytes;
        onBytes(done, total);
      }),
    );
    const fault = faultOfEnds(index, paths, name);
    if (fault?.of === 'pack') broken.push({ pack: name, offset: null, reason: fault.reason, entries: [] });
    if (fault?.of === 'index') misled.push(fault.reason);
    done = before + sizeBytes;
    onBytes(done, total);
  }
  return { broken, misled };
}
