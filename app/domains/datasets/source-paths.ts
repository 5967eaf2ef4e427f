import fs from 'node:fs';
import path from 'node:path';
import type { DataFormat, FormatFile } from '../../kernel/ports/data-format.ts';
import type { ManifestFile, TreeSource } from '../../kernel/ports/data-store.ts';
import { inParallel } from '../../storage/in-parallel.ts';

export type LocatedFile = FormatFile;

/** A file system tells times in steps, and a clock of another machine may be a little off. */
const YOUNG_MS = 2000;
const LOOKS_AT_ONCE = 16;

/** Where the files of a version lie that was just taken from these trees. */
export function locate(files: readonly ManifestFile[], trees: readonly TreeSource[]): LocatedFile[] {
  const byName = new Map(trees.map((tree) => [tree.name, tree.path]));
  const pathOf = (name: string): string => {
    const exact = byName.get(name);
    if (exact !== undefined) return exact;
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      const folder = byName.get(name.slice(0, slash));
      if (folder !== undefined) return path.join(folder, name.slice(slash + 1));
    }
    return path.join(byName.get('') ?? '', name);
  };
  return files.map(({ path: name, sizeBytes }) => ({ path: pathOf(name), name, sizeBytes }));
}

/** The same files inside a folder that they were written to. */
export function locateIn(files: readonly ManifestFile[], folder: string): LocatedFile[] {
  return files.map(({ path: name, sizeBytes }) => ({ path: path.join(folder, name), name, sizeBytes }));
}

/**
 * What says that files are as they were stored: nothing touched them since two seconds before the store began to read, and they have the
 * size that was stored. Null where that is not sure; then only the store's own copy is.
 *
 * @param beganAtMs epoch milliseconds of this machine's clock, before the store read the first of them
 */
export async function stampOf(
  files: readonly LocatedFile[],
  beganAtMs: number,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const stamps = await inParallel(files, LOOKS_AT_ONCE, signal, async (file) => {
    const stat = await fs.promises.lstat(file.path, { bigint: true }).catch(() => null);
    if (!stat?.isFile() || Number(stat.size) !== file.sizeBytes) return null;
    if (Number(stat.ctimeMs) > beganAtMs - YOUNG_MS || Number(stat.mtimeMs) > beganAtMs - YOUNG_MS)
      return null;
    return `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`;
  });
  return stamps.every((stamp) => stamp !== null) ? (stamps as readonly string[]) : null;
}

export function sameStamps(one: readonly string[], other: readonly string[] | null): boolean {
  return other !== null && one.every((stamp, index) => stamp === other[index]);
}

/** The first format that says the files are its own. */
export async function recognise(
  formats: readonly DataFormat[],
  files: readonly FormatFile[],
): Promise<DataFormat | null> {
  for (const format of formats) if (await format.recognise(files)) return format;
  return null;
}
