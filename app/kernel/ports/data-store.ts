import type { Digest } from '../../contract/ids.ts';

/** A file of a version as its manifest names it. */
export interface ManifestFile {
  /** Relative, with `/`, UTF-8; never a path of this machine. */
  readonly path: string;
  readonly sizeBytes: number;
  /** BLAKE3 of the whole content, however it is kept. */
  readonly digest: Digest;
  /** Permission bits: 0o755 if its owner may execute it, otherwise 0o644. */
  readonly mode: number;
}

/** A file or folder of this machine to take in. */
export interface TreeSource {
  /** Absolute. A folder is taken with all it holds. */
  readonly path: string;
  /** What it is called inside the version; an empty name puts a folder's files at the root. */
  readonly name: string;
}

export interface FolderRequest {
  /** Empty for the root, else with a slash at its end. */
  readonly folder: string;
  readonly offset: number;
  readonly limit: number;
  /** Folders always stand before files. */
  readonly sort: 'name' | 'size' | 'files';
  readonly descending: boolean;
}

/** What lies directly in a folder: a file, or a folder with all that is below it. */
export type FolderEntry =
  | { readonly kind: 'file'; readonly file: ManifestFile }
  | {
      readonly kind: 'folder';
      /** With a slash at its end. */
      readonly path: string;
      readonly files: number;
      readonly sizeBytes: number;
    };

export interface FolderPage {
  readonly entries: readonly FolderEntry[];
  /** Entries of the folder, and how many of them are folders. */
  readonly total: number;
  readonly folders: number;
  /** Of everything below it. */
  readonly files: number;
  readonly sizeBytes: number;
}

export interface StoreProgress {
  readonly phase: 'looking' | 'storing' | 'sealing' | 'reading' | 'writing' | 'checking' | 'collecting';
  readonly files: number;
  readonly bytes: number;
  /** Null while it is not known yet. */
  readonly totalFiles: number | null;
  readonly totalBytes: number | null;
}

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told several times a second. */
  readonly onProgress?: ((progress: StoreProgress) => void) | undefined;
}

export interface StoreTreeRequest {
  readonly sources: readonly TreeSource[];
  /** Names (inside the version) to leave out or to take only, as gitignore patterns; none means everything. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /**
   * Names what is remembered of the sources' sizes, times and inodes, so that the next call with this key reads only
   * what changed; null remembers nothing.
   */
  readonly memory: string | null;
  /** Read every file again, whatever size, time and inode say. */
  readonly rehash: boolean;
  /**
   * A manifest whose files probably resemble those of the same name: the version before. It only helps to store less; what is remembered
   * of the source tells better, and both may be missing.
   */
  readonly previous?: Digest | null;
}

export interface StoredTree {
  /** Digest of the manifest, which is durable in the store. */
  readonly manifest: Digest;
  readonly files: number;
  readonly sizeBytes: number;
  /** Bytes that had to be read; 0 if size, time and inode said that nothing changed. */
  readonly readBytes: number;
  /** Bytes that this call added to the disk. */
  readonly addedBytes: number;
}

export interface CheckoutRequest {
  readonly manifest: Digest;
  /** Absolute; made if it is not there. */
  readonly folder: string;
  /** Only files whose path begins so. */
  readonly prefix?: string;
  /** Read-only files and folders, flushed to the disk before the call returns. */
  readonly sealed: boolean;
  /**
   * What to do with a folder that holds something: `refuse`, unless it holds nothing but what this very checkout left there when it was
   * interrupted, which then goes on; `update` makes the folder equal to the version and touches only what
   * differs, but refuses where that would overwrite or remove a file that is not as the last checkout left it; `overwrite` does not ask.
   */
  readonly existing: 'refuse' | 'update' | 'overwrite';
  /**
   * An absolute folder that probably holds the files of this manifest, under their paths. Where the file system can, they are cloned from
   * there instead of written, which takes no room on the disk. It may be wrong, damaged or gone at any time: only clones with the right
   * digest count. Small files are written all the same, which is faster; without effect where `sealed`.
   */
  readonly twin?: string;
}

export interface CheckedOutTree {
  readonly written: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly writtenBytes: number;
}

/** Damage that was found, in terms of what it harms. */
export interface StoreDamage {
  readonly kind: 'pack' | 'block' | 'object' | 'missing' | 'index';
  /** The pack's or the object's name. */
  readonly name: string;
  readonly reason: string;
  /** Digests of contents (files and manifests) that cannot be read whole because of it. */
  readonly contents: readonly Digest[];
  /** How it was mended, or null. */
  readonly repaired: string | null;
}

/** Contents that must stay: manifests keep what they list; others only themselves. */
export interface StoreRoots {
  readonly manifests: readonly Digest[];
  readonly contents: readonly Digest[];
}

export interface StoreUsage {
  /** What each of the things costs, in the order asked for. */
  readonly things: readonly {
    /** As the user counts: the sum of the sizes of its files. */
    readonly sizeBytes: number;
    /** On the disk, with what others share too. */
    readonly storedBytes: number;
    /** On the disk and needed by no other of the things: what deleting it frees. */
    readonly exclusiveBytes: number;
  }[];
  readonly storedBytes: number;
  /** Needed by none of them, not collected yet. */
  readonly unreferencedBytes: number;
}

export interface CollectRequest {
  readonly roots: StoreRoots;
  /** Unreferenced for less than this stays. */
  readonly graceMs: number;
  readonly dryRun: boolean;
}

export interface Collected {
  /** Unreferenced, whether or not its grace is over. */
  readonly unreferencedBytes: number;
  /** Freed by this call, or what it would free. */
  readonly freedBytes: number;
  readonly freedObjects: number;
  /** When the next of what waits may go; null if nothing waits. */
  readonly nextAtMs: number | null;
}

/**
 * The content-addressed store of data: contents are cut into chunks where their content says so, each chunk is kept
 * once, chunks are compressed together and packed. Everything happens off the caller's thread, on as many cores as there are,
 * with memory that does not grow with the data.
 *
 * What a call returned is durable; what an interrupted call stored is invisible, and the same call finds it again
 * and goes on from there. Contents never change. Faults are AppErrors: PATH_NOT_FOUND, PATH_UNREADABLE (links,
 * devices, pipes, sockets, names that are not UTF-8, and files that may not be read), CONFLICT (a file changed while
 * it was read), DISK_FULL, STORAGE_FAILED (a content is missing or damaged; names it).
 */
export interface DataStore {
  /** Take files in and store their manifest. */
  storeTree(request: StoreTreeRequest, options?: StoreOptions): Promise<StoredTree>;
  /** Store bytes as one content. */
  put(bytes: Uint8Array): Promise<Digest>;
  /** Store a manifest of contents that are there already, for example a version made from another one. */
  putManifest(files: readonly ManifestFile[]): Promise<StoredTree>;
  has(content: Digest): Promise<boolean>;
  /** In bytes. */
  size(content: Digest): Promise<number>;
  /** Bytes [offset, offset + length) of a content, fewer at its end. */
  read(content: Digest, offset: number, length: number): Promise<Uint8Array>;
  /** Files of a manifest in its order (by path, in code units) from `offset` on, of those whose path begins with `prefix`. */
  list(
    manifest: Digest,
    page: { readonly offset: number; readonly limit: number; readonly prefix?: string },
  ): Promise<{ readonly files: readonly ManifestFile[]; readonly total: number }>;
  /** Entries [offset, offset + limit) of a folder of a manifest. NOT_FOUND where nothing lies below it. */
  listFolder(manifest: Digest, request: FolderRequest): Promise<FolderPage>;
  /**
   * What differs between two manifests. Renamed: equal content under another path. Each of the lists has its own [offset, offset +
   * limit), by path; counts are whole. Further pages of the same two cost only what they hold.
   */
  compare(
    before: Digest,
    after: Digest,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{
    readonly counts: {
      readonly added: number;
      readonly removed: number;
      readonly changed: number;
      readonly renamed: number;
    };
    readonly added: readonly ManifestFile[];
    readonly removed: readonly ManifestFile[];
    readonly changed: readonly { readonly before: ManifestFile; readonly after: ManifestFile }[];
    readonly renamed: readonly { readonly before: ManifestFile; readonly after: ManifestFile }[];
    /** Bytes of `after` that `before` already had, chunk by chunk. */
    readonly sharedBytes: number;
  }>;
  /** Write the files of a manifest into a folder: by reflink where the file system can and there is something to clone, else as copies; never as links. */
  checkout(request: CheckoutRequest, options?: StoreOptions): Promise<CheckedOutTree>;
  /** Read everything that the roots need (or the whole store) and compare it with its digests. */
  verify(roots: StoreRoots | null, options?: StoreOptions): Promise<readonly StoreDamage[]>;
  /**
   * Mend what can be mended: the index from the packs, manifests from what is remembered of sources and of checkouts, damaged contents from
   * files of this machine, whose bytes count only if they have the right digest.
   *
   * @param copies where there may be good copies of some of these contents; of a manifest, the path may be a folder with its version's files
   */
  repair(
    roots: StoreRoots,
    copies: (
      damaged: ReadonlySet<Digest>,
    ) => Promise<readonly { readonly content: Digest; readonly path: string }[]>,
    options?: StoreOptions,
  ): Promise<readonly StoreDamage[]>;
  /** What things cost; each is the contents that it keeps. */
  usage(things: readonly StoreRoots[], options?: StoreOptions): Promise<StoreUsage>;
  /** Delete what no root needs. CONFLICT while something is being stored. */
  collect(request: CollectRequest, options?: StoreOptions): Promise<Collected>;
  /** Give back what is only kept for the next call; for whoever needs much memory now. */
  rest(): Promise<void>;
  close(): Promise<void>;
}
