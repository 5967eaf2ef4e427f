import type { StoreRoots } from './data-store.ts';

/** Something that people know by a name and that keeps contents or a folder on the disk. */
export interface KeptThing extends StoreRoots {
  readonly kind: 'dataset' | 'run' | 'model' | 'file';
  readonly id: string;
  /** `digits@v2`, a run's name, `classifier@3` … */
  readonly name: string;
  /** The data set, the experiment or the model that it belongs to; things of one group can be deleted together. */
  readonly group: { readonly id: string; readonly name: string };
  readonly projectId: string | null;
  readonly createdAt: number;
  /** When it was deleted; it can be restored until it is purged. */
  readonly deletedAt: number | null;
  /** Where it came from, in words: what was lost of it can be had there again. Missing where nobody knows. */
  readonly source?: string;
  /** Its own folder, absolute, or null. */
  readonly folder: string | null;
}

/**
 * A domain that keeps contents in the store. Garbage is what no keeper names, so a keeper names everything that it could ever be asked
 * to give back: deleted things too, until they are purged.
 */
export interface StorageKeeper {
  things(): Promise<readonly KeptThing[]>;
  /**
   * Give up for good what was deleted before: afterwards it is no longer among the things and cannot be restored. Durable when it
   * returns; contents themselves are removed by the collection that follows.
   *
   * @param deletedBefore epoch milliseconds
   * @param dryRun only tell
   * @returns what was, or would be, given up
   */
  purge(deletedBefore: number, dryRun: boolean): Promise<readonly KeptThing[]>;
}
