import type { Digest } from '../../../app/contract/ids.ts';
import type {
  DataStore,
  StoreDamage,
  StoreOptions,
  StoreProgress,
  StoreRoots,
} from '../../../app/kernel/ports/data-store.ts';
import type { StorePaths } from '../store-paths.ts';
import { checkWholeStore } from './check-whole-store.ts';
import type { HousekeepingTask } from './housekeeping-task.ts';
import { removeRemade } from './lost-manifests.ts';
import { runHousekeeping } from './run-housekeeping.ts';

/**
 * Find what is damaged, make anew what can be told from the rest, and store what good copies there are of the other again.
 *
 * @param forget called when packs have changed, so that nobody reads them by what they remember
 */
export async function repairStore(
  paths: StorePaths,
  storeTree: DataStore['storeTree'],
  forget: () => Promise<void>,
  roots: StoreRoots,
  copies: Parameters<DataStore['repair']>[1],
  options: StoreOptions,
): Promise<readonly StoreDamage[]> {
  const step = <Task extends HousekeepingTask>(task: Task, phase: StoreProgress['phase'] = 'checking') =>
    runHousekeeping(paths, task, phase, options);
  const rebuild = async () => {
    await step({ kind: 'rebuild' });
    await forget();
  };

  const before = await checkWholeStore(paths, roots, options);
  if (before.length === 0) return [];
  // While the index still tells what is in a pack whose end is damaged.
  await step({ kind: 'mend', packs: before.flatMap(({ kind, name }) => (kind === 'pack' ? name : [])) });
  await rebuild();
  const found = await checkWholeStore(paths, roots, options);
  const mended = before.filter((damage) => !found.some((other) => isSame(damage, other))).map(asMended);
  if (found.length === 0) return mended;

  const harmed = new Set<Digest>(found.flatMap(({ contents }) => contents));
  const manifests = roots.manifests.filter((manifest) => harmed.has(manifest));
  const good = await step({ kind: 'copies', manifests, copies: await copies(harmed) }, 'reading');
  await step({ kind: 'drop', damage: found });
  // What was dropped may lie in another pack too.
  await rebuild();
  if (good.length > 0) {
    // Under their digests as names: nobody asks for this tree again, and collection removes its list.
    const sources = good.map(({ content, path }) => ({ path, name: content }));
    await storeTree({ sources, memory: null, rehash: true }, options).finally(() => removeRemade(paths));
    // Deltas can be read again once there is what they are told by.
    await rebuild();
  }
  const still = await checkWholeStore(paths, roots, options);
  // A list that can be read again may name files that are damaged too.
  const isDeeper =
    good.length > 0 && still.some(({ contents }) => contents.some((each) => !harmed.has(each)));
  const deeper = isDeeper ? await repairStore(paths, storeTree, forget, roots, copies, options) : [];
  const open = isDeeper ? deeper.filter(({ repaired }) => repaired === null) : still;
  const lost = new Set<Digest>(open.flatMap(({ contents }) => contents));
  const from = new Map(good.map(({ content, path, from }) => [content, from ?? path]));
  const ended = found.map((damage) => {
    const missing = damage.contents.filter((content) => lost.has(content));
    if (missing.length > 0) return { ...damage, contents: missing };
    return { ...damage, repaired: cure(damage.contents.flatMap((content) => from.get(content) ?? [])) };
  });
  return [...mended, ...ended, ...deeper];
}

function isSame(one: StoreDamage, other: StoreDamage): boolean {
  return one.kind === other.kind && one.name === other.name;
}

function asMended(damage: StoreDamage): StoreDamage {
  const repaired = {
    index: 'made again from the packs',
    pack: 'its ends were written anew',
    block: 'read from another pack',
    object: 'read from a pack',
    missing: 'found in a pack',
  }[damage.kind];
  return { ...damage, repaired };
}

/** @param sources files that contents were stored again from */
function cure(sources: readonly string[]): string {
  if (sources.length === 0) return 'nothing needed it: taken out of use';
  return `stored again from ${sources[0]}${sources.length > 1 ? ` and ${sources.length - 1} more` : ''}`;
}
