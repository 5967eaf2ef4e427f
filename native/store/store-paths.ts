import path from 'node:path';

/** Where the store's files are; all its paths are made here. */
export interface StorePaths {
  readonly workspace: string;
  /** Whole files by digest, beside the packs. */
  readonly objects: string;
  readonly packs: string;
  readonly index: string;
  /** What is remembered of sources. */
  readonly memories: string;
  /** What is remembered of folders that versions were written into. */
  readonly checkouts: string;
  /** What a check of the store has read that was interrupted. */
  readonly check: string;
}

export interface StoreFolders {
  /** The workspace, which is refused as a source. */
  readonly root: string;
  readonly objects: string;
  /** For derived files. */
  readonly cache: string;
}

export function storePaths({ root, objects, cache }: StoreFolders): StorePaths {
  return {
    workspace: root,
    objects,
    packs: path.join(objects, 'packs'),
    index: path.join(objects, 'index.db'),
    memories: path.join(cache, 'sources'),
    checkouts: path.join(cache, 'checkouts-elsewhere'),
    check: path.join(cache, 'interrupted-check'),
  };
}

/** A whole file that older workspaces keep by its digest. @param hex 64 hex digits */
export function looseObject(paths: StorePaths, hex: string): string {
  return path.join(paths.objects, hex.slice(0, 2), hex);
}
