import type { VersionFile } from '../../../../app/contract/datasets.contract.ts';

/** What lies in a folder of a version: a file, or a folder with a number of files below it. */
export type FolderEntry =
  | { readonly kind: 'file'; readonly name: string; readonly file: VersionFile }
  | { readonly kind: 'folder'; readonly name: string; readonly path: string; readonly files: number };

export interface FolderPage {
  readonly entries: readonly FolderEntry[];
  /** Files before which nothing of the folder was looked at; null at its end. */
  readonly nextOffset: number | null;
}

/** Files of a version whose path begins so, by path. */
export type ReadFiles = (
  prefix: string,
  offset: number,
  limit: number,
) => Promise<{ readonly files: readonly VersionFile[]; readonly total: number }>;

const pageFiles = 1000;
/** Calls for one page of a listing at most; a folder of more folders goes on when it is scrolled. */
const mostCalls = 40;

/**
 * The entries of a folder from an offset among all files below it. A folder below is known by its first file and by how many files
 * begin with its path, and is then passed over, so a listing costs calls for each entry and not for each file.
 *
 * @param folder empty for the root, else with a slash at its end
 */
export async function readFolder(read: ReadFiles, folder: string, from: number): Promise<FolderPage> {
  const entries: FolderEntry[] = [];
  let offset = from;
  for (let calls = 0; calls < mostCalls; calls += 1) {
    const { files, total } = await read(folder, offset, pageFiles);
    let at = 0;
    while (at < files.length) {
      const file = files[at]!;
      const rest = file.path.slice(folder.length);
      const slash = rest.indexOf('/');
      if (slash < 0) {
        entries.push({ kind: 'file', name: rest, file });
        at += 1;
        continue;
      }
      const path = folder + rest.slice(0, slash + 1);
      const next = files.findIndex((one, index) => index > at && !one.path.startsWith(path));
      const whole = next >= 0 || offset + files.length >= total;
      const count = whole ? (next < 0 ? files.length : next) - at : (await read(path, 0, 1)).total;
      entries.push({ kind: 'folder', name: rest.slice(0, slash), path, files: count });
      at += count;
    }
    offset += at;
    if (offset >= total || files.length === 0) return { entries, nextOffset: null };
    if (entries.length >= pageFiles) break;
  }
  return { entries, nextOffset: offset };
}
