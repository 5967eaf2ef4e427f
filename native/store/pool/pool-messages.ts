import type { Digest } from '../../../app/contract/ids.ts';
import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import type { CrossedError } from '../../tables/worker-messages.ts';
import type { WrittenFiles } from '../checkout/write-files.ts';
import type { EntryKind } from '../packs/pack-format.ts';
import type { WrittenPack } from '../packs/pack-writer.ts';
import type { FolderToLookAt, Seen } from '../sources/look-at-folders.ts';
import type { StorePaths } from '../store-paths.ts';
import type { SharedControl } from './session-control.ts';

/** What a thread of the pool is started with. */
export interface PoolThreadData {
  readonly paths: StorePaths;
  /** Which of the threads it is. */
  readonly thread: number;
  /** Where the store's thread answers which chunks it wants; see WantedChunks. */
  readonly answers: Int32Array<SharedArrayBuffer>;
  /** How many jobs other threads would take over now. */
  readonly help: Int32Array<SharedArrayBuffer>;
}

/** What all jobs of one call share. */
export interface LookSettings {
  readonly sources: readonly { readonly path: string; readonly name: string }[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly memory: {
    readonly bytes: Uint8Array<SharedArrayBuffer>;
    readonly lookedAtMs: number;
    readonly hasSameFilter: boolean;
  } | null;
}

/** A file as it was looked at. */
export interface FileToRead {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  /** Digest of a content that it may resemble, as what it was before. */
  readonly similar: Uint8Array | null;
}

/**
 * Many files in few values: paths are joined by NUL, facts are four floats a file (size, mtime, ctime, inode), similar contents are 32 bytes a
 * file, zeros for none.
 */
export interface FilesToRead {
  readonly paths: string;
  readonly facts: Float64Array<ArrayBuffer>;
  readonly similar: Uint8Array<ArrayBuffer>;
}

/** Entries that one thread has cut and another one packs: their bytes follow each other. */
export interface EntriesToPack {
  readonly entries: readonly {
    readonly digest: Uint8Array;
    readonly kind: EntryKind;
    readonly sizeBytes: number;
    readonly similar: readonly Uint8Array[];
  }[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A part of a checkout. */
export interface FilesToWrite {
  readonly call: number;
  readonly folder: string;
  readonly sealed: boolean;
  /** A folder that probably has these files, to clone them from. */
  readonly twin: string | null;
  /** By the range of the manifest's bytes that names them, or one by one. */
  readonly files:
    | { readonly manifest: Digest; readonly from: number; readonly to: number; readonly prefix: string }
    | readonly ManifestFile[];
}

export type PoolJob =
  | {
      readonly kind: 'look';
      readonly call: number;
      readonly settings: LookSettings;
      readonly folders: readonly FolderToLookAt[];
    }
  | { readonly kind: 'storeFiles'; readonly files: FilesToRead }
  | { readonly kind: 'storeLarge'; readonly file: FileToRead }
  | ({ readonly kind: 'pack' } & EntriesToPack)
  | { readonly kind: 'hashFiles'; readonly files: FilesToRead }
  | { readonly kind: 'storeBytes'; readonly bytes: Uint8Array; readonly similar: Uint8Array | null }
  | { readonly kind: 'settle' }
  | { readonly kind: 'finishPack' }
  | { readonly kind: 'forget' }
  | ({ readonly kind: 'writeFiles' } & FilesToWrite)
  | {
      readonly kind: 'writePart';
      readonly folder: string;
      readonly file: ManifestFile;
      readonly from: number;
    };

export interface PoolResults {
  readonly look: Seen;
  /** 32 bytes a file. */
  readonly storeFiles: Uint8Array<ArrayBuffer>;
  readonly storeLarge: Uint8Array<ArrayBuffer>;
  readonly storeBytes: Uint8Array<ArrayBuffer>;
  readonly hashFiles: Uint8Array<ArrayBuffer>;
  readonly pack: null;
  /** The pack itself comes before, by a message of its own. */
  readonly settle: null;
  readonly finishPack: boolean;
  readonly forget: null;
  readonly writeFiles: WrittenFiles;
  readonly writePart: null;
}

export interface ToPool {
  readonly job: PoolJob;
  readonly control: SharedControl;
}

export type FromPool =
  | { readonly kind: 'done'; readonly result: PoolResults[keyof PoolResults] }
  /** `lostPack`: what the thread had put into its open pack is gone. */
  | { readonly kind: 'failed'; readonly error: CrossedError; readonly lostPack: boolean }
  | { readonly kind: 'ask'; readonly digests: Uint8Array<ArrayBuffer>; readonly number: number }
  /** Work that a thread hands over. */
  | { readonly kind: 'share'; readonly share: EntriesToPack }
  | { readonly kind: 'pack'; readonly pack: WrittenPack };
