import type { StoreRoots } from '../../kernel/ports/data-store.ts';
import type { KeptThing, StorageKeeper } from '../../kernel/ports/storage-keeper.ts';

export async function allThings(keepers: readonly StorageKeeper[]): Promise<KeptThing[]> {
  return (await Promise.all(keepers.map((keeper) => keeper.things()))).flat();
}

/** Everything that things keep, each content once. */
export function rootsOf(things: readonly StoreRoots[]): StoreRoots {
  return {
    manifests: [...new Set(things.flatMap((thing) => thing.manifests))],
    contents: [...new Set(things.flatMap((thing) => thing.contents))],
  };
}
