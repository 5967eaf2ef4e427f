import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../contract/ids.ts';
import type { Progress } from '../../contract/wire.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { syncFolder } from '../../kernel/durable-file.ts';
import { newId } from '../../kernel/new-id.ts';
import type { DataFormat, FormatFacts } from '../../kernel/ports/data-format.ts';
import type { DataStore, ManifestFile, TreeSource } from '../../kernel/ports/data-store.ts';
import type { WorkspaceFolders } from '../../kernel/workspace-folders.ts';
import { removeTree } from '../../storage/check-out.ts';
import { manifestPages } from './manifest-files.ts';
import { sampleFiles } from './sample-files.ts';
import { type LocatedFile, locate, locateIn, recognise, sameStamps, stampOf } from './source-paths.ts';
import { createTableSeals } from './table-seals.ts';

const PARTIAL = '.part';
/** What a caller may say instead of a format's name: no table, just files. */
export const JUST_FILES = 'files';

export interface TableFacts extends FormatFacts {
  /** Of the format that read it. */
  readonly format: string;
}

export interface TableRequest {
  readonly manifest: Digest;
  /** A format's name, `files`, or null where it is to be found out. */
  readonly format: string | null;
  /** Where the files were just taken from, to read them there; null: they are only in the store. */
  readonly origin: { readonly trees: readonly TreeSource[]; readonly beganAtMs: number } | null;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface Recognised {
  readonly driver: DataFormat;
  readonly files: readonly LocatedFile[];
}

/** The Parquet files that tables are read from: derived from versions, named by manifest, made again if they are gone. */
export interface TableCache {
  /** Make the table's file, durable; null where the files are no table. @throws AppError DATA_MALFORMED, UNSUPPORTED for an unknown format */
  make(request: TableRequest): Promise<TableFacts | null>;
  /** The table's file; it is made again if it is missing or not as it was made, once for all who ask meanwhile. */
  ensure(manifest: Digest, format: string | null): Promise<string>;
  /** Remove the table's file. */
  discard(manifest: Digest): Promise<void>;
}

export function createTableCache(
  folders: WorkspaceFolders,
  store: Pick<DataStore, 'list' | 'checkout' | 'rest'>,
  formats: readonly DataFormat[],
): TableCache {
  const making = new Map<Digest, Promise<unknown>>();
  const seals = createTableSeals();
  sweep(path.dirname(folders.table('0'.repeat(64) as Digest)));

  async function make(request: TableRequest): Promise<TableFacts | null> {
    const { manifest, format, origin, signal, onProgress } = request;
    if (format === JUST_FILES) return null;
    const chosen = format === null ? null : named(format);
    if (origin) {
      const { trees, beganAtMs } = origin;
      const place = (files: readonly ManifestFile[]) => locate(files, trees);
      const found = await whatItIs(manifest, chosen, place, signal);
      if (found === null) return null;
      const ours = trees.every(({ path: at }) => `${at}${path.sep}`.startsWith(`${folders.root}${path.sep}`));
      const before = ours ? [] : await stampOf(found.files, beganAtMs, signal);
      if (before !== null) {
        const facts = await read(found);
        if (ours || sameStamps(before, await stampOf(found.files, beganAtMs, signal))) return facts;
      }
    }
    // The store's own copy: what lies elsewhere may be another content by now, and the table must be that of this version.
    const folder = `${folders.table(manifest)}.${newId()}.files${PARTIAL}`;
    try {
      await store.checkout({ manifest, folder, sealed: false, existing: 'refuse' }, { signal });
      const found = await whatItIs(manifest, chosen, (files) => locateIn(files, folder), signal);
      return found && (await read(found));
    } finally {
      await removeTree(folder);
    }

    async function read({ driver, files }: Recognised): Promise<TableFacts> {
      const options = { signal, ...(onProgress && { onProgress }) };
      // What reads a table and what stores one each take a few hundred megabytes.
      await store.rest();
      const facts = await write(manifest, (destination) => driver.tabulate(files, destination, options));
      return { ...facts, format: driver.name };
    }
  }

  /** The format of the files and where all of them lie. Whether there is one shows in a sample, so that a million of just files cost little. */
  async function whatItIs(
    manifest: Digest,
    chosen: DataFormat | null,
    place: (files: readonly ManifestFile[]) => LocatedFile[],
    signal: AbortSignal,
  ): Promise<Recognised | null> {
    if (chosen === null) {
      const sample = await sampleFiles(manifestPages(store, manifest, signal));
      const located = place(sample.files);
      const driver = await recognise(formats, located);
      if (driver === null || sample.isWhole) return driver && { driver, files: located };
    }
    const files: LocatedFile[] = [];
    for await (const page of manifestPages(store, manifest, signal)) files.push(...place(page));
    const driver = chosen ?? (await recognise(formats, files));
    return driver && { driver, files };
  }

  /** Give the file its name once it is whole and durable. */
  async function write<Facts>(
    manifest: Digest,
    tabulate: (destination: string) => Promise<Facts>,
  ): Promise<Facts> {
    const target = folders.table(manifest);
    const temporary = `${target}.${newId()}${PARTIAL}`;
    try {
      await fs.promises.mkdir(path.dirname(target), { recursive: true });
      const facts = await tabulate(temporary);
      const written = await fs.promises.open(temporary, 'r+');
      await written.sync().finally(() => written.close());
      await seals.note(temporary, target);
      await fs.promises.rename(temporary, target);
      await seals.trust(target);
      await syncFolder(path.dirname(target));
      return facts;
    } catch (error) {
      throw fromSystemError(error, path.dirname(target));
    } finally {
      await fs.promises.rm(temporary, { force: true });
    }
  }

  function named(name: string): DataFormat {
    const found = formats.find((format) => format.name === name);
    if (found) return found;
    const names = [...formats.map((format) => format.name), JUST_FILES];
    throw new AppError('UNSUPPORTED', `There is no data format "${name}".`, {
      nextStep: `Formats: ${names.join(', ')}.`,
      details: { format: name },
    });
  }

  return {
    async make(request) {
      try {
        return await make(request);
      } catch (error) {
        // Each file is a table of its own: as one they are a folder of files, unless somebody said otherwise.
        if (request.format === null && isColumnsDiffer(error)) return null;
        throw error;
      }
    },
    async ensure(manifest, format) {
      const target = folders.table(manifest);
      if (await seals.isWhole(target)) return target;
      let made = making.get(manifest);
      if (!made) {
        made = make({ manifest, format, origin: null, signal: new AbortController().signal }).finally(() =>
          making.delete(manifest),
        );
        making.set(manifest, made);
      }
      await made;
      return target;
    },
    async discard(manifest) {
      await fs.promises.rm(folders.table(manifest), { force: true });
      await seals.remove(folders.table(manifest));
    },
  };
}

function isColumnsDiffer(error: unknown): boolean {
  return error instanceof AppError && error.details.fault === 'columns-differ';
}

/** Remove what an interrupted conversion left; nothing else writes here before the host is up. */
function sweep(folder: string): void {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder)) {
    if (/[.](part|spill)$/.test(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
