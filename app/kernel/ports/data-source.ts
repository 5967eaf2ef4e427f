import type { ImportSource } from '../../contract/datasets.contract.ts';
import type { TreeSource } from './data-store.ts';

export interface FetchContext {
  readonly signal: AbortSignal;
  /** An empty folder (or what an interrupted fetch of the same source left in it) for what has to be brought here. */
  readonly spoolFolder: string;
  /** `total` is null while nobody knows. */
  readonly onProgress: (bytes: number, total: number | null) => void;
  /** A secret by the name it was saved under. @throws AppError NOT_FOUND */
  readonly secret: (name: string) => Promise<string>;
}

export interface Fetched {
  /** What to take in; the store reads these paths. */
  readonly trees: readonly TreeSource[];
  /** Names to leave out or to take only, as gitignore patterns. */
  readonly include?: readonly string[];
  /** For people: where it came from, without secrets. */
  readonly description: string;
  /** Names the source, so that an unchanged one is found by size, time and inode; null for what is fetched anew each time. */
  readonly memory: string | null;
}

/**
 * Where data comes from: paths of this machine, uploads, a URL, a bucket, a query. A driver is one folder under
 * `interop/sources`, one line in its registry and one call of the conformance suite (`test/conformance/data-source.ts`).
 */
export interface DataSource<Kind extends ImportSource['kind'] = ImportSource['kind']> {
  readonly kind: Kind;
  /** What can be said without network or long work: malformed input is INVALID_INPUT, PATH_NOT_FOUND … at once. */
  check(source: Extract<ImportSource, { kind: Kind }>): Promise<void>;
  /**
   * Bring it here. Called again after an interruption with the same spool folder, it goes on where it can. Bytes that do not match an
   * expected digest are never returned.
   *
   * @throws AppError PATH_NOT_FOUND, DATA_MALFORMED (digest differs), TARGET_FAILED (the other side answered with a fault), DISK_FULL
   */
  fetch(source: Extract<ImportSource, { kind: Kind }>, context: FetchContext): Promise<Fetched>;
}
