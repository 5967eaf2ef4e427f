import type { StoreRoots, StoreUsage } from '../../../app/kernel/ports/data-store.ts';
import type { StorePaths } from '../store-paths.ts';
import { looseObjects } from './loose-objects.ts';
import type { NeededEntries } from './needed-entries.ts';

/** What things cost. @param packBytes of all packs */
export function usageOf(
  needed: NeededEntries,
  things: readonly StoreRoots[],
  paths: StorePaths,
  packBytes: number,
  onContent: (done: number, total: number) => void,
): StoreUsage {
  const counted = needed.find(things, onContent);
  const exclusive = needed.exclusive();
  let storedBytes = packBytes;
  for (const { sizeBytes } of looseObjects(paths)) storedBytes += sizeBytes;
  return {
    things: counted.map((cost, index) => ({ ...cost, exclusiveBytes: exclusive.get(index) ?? 0 })),
    storedBytes,
    unreferencedBytes: Math.max(0, storedBytes - Math.round(needed.storedBytes)),
  };
}
