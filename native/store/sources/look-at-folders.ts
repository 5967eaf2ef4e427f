import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { type FolderFacts, type SectionReader, SectionWriter } from './entry-section.ts';
import type { NameFilter } from './name-filter.ts';
import { badName, changedWhileRead, notRegular, sourceFault, whatItIs } from './source-faults.ts';
import type { SourceMemory } from './source-memory.ts';

export interface FolderToLookAt {
  readonly source: number;
  /** From the source's root; '' is the root itself. */
  readonly path: string;
}

export interface LookRequest {
  /** By source: its absolute path, and what it is called inside the version. */
  readonly sources: readonly { readonly path: string; readonly name: string }[];
  readonly filter: NameFilter | null;
  readonly memory: SourceMemory | null;
  /** What is remembered was chosen by the same patterns. */
  readonly hasSameFilter: boolean;
}

export interface Seen {
  readonly sections: Uint8Array<ArrayBuffer>;
  /** Folders that were found and not looked at. */
  readonly folders: readonly FolderToLookAt[];
  readonly files: number;
  readonly bytes: number;
  /** Files that have to be read. */
  readonly changedFiles: number;
  readonly changedBytes: number;
}

/**
 * List folders and what is known of their files, deepest last, until `enough` says that others could help.
 *
 * @throws AppError PATH_UNREADABLE, naming the path, for links, devices, pipes, sockets, names that no other machine could have and
 * folders that may not be read
 */
export function lookAtFolders(
  request: LookRequest,
  start: readonly FolderToLookAt[],
  enough: (files: number, folders: number) => boolean,
): Seen {
  const writer = new SectionWriter();
  const folders = [...start];
  const seen = { files: 0, bytes: 0, changedFiles: 0, changedBytes: 0 };
  while (folders.length > 0) {
    const folder = folders.pop()!;
    const below = lookAt(request, folder, writer, seen);
    for (let at = below.length - 1; at >= 0; at--) {
      folders.push({ source: folder.source, path: below[at]! });
    }
    if (enough(seen.files, folders.length)) break;
  }
  return { ...seen, sections: writer.take(), folders };
}

interface Counts {
  files: number;
  bytes: number;
  changedFiles: number;
  changedBytes: number;
}

/** @returns the folders in it */
function lookAt(
  request: LookRequest,
  { source, path }: FolderToLookAt,
  writer: SectionWriter,
  seen: Counts,
): string[] {
  const root = request.sources[source]!.path;
  const folder = path === '' ? root : `${root}/${path}`;
  // Looked at before its names are, so that a name that comes meanwhile shows the next time.
  const facts = look(folder);
  if (!facts?.isDirectory()) throw changedWhileRead(folder);
  const remembered = request.hasSameFilter ? (request.memory?.section(source, path) ?? null) : null;
  if (remembered && request.memory!.hasSameNames(remembered, facts)) {
    const below = lookAgain(request.memory!, remembered, folder, writer, seen);
    if (below) return below.map((name) => join(path, name));
  }
  return lookAfresh(request, { source, path }, folder, facts, writer, seen);
}

/**
 * A folder that has the names that are remembered needs no listing, and if its files are the same, nothing is written anew.
 *
 * @returns the names of folders in it, or null if a file changed
 */
function lookAgain(
  memory: SourceMemory,
  remembered: SectionReader,
  folder: string,
  writer: SectionWriter,
  seen: Counts,
): string[] | null {
  const below: string[] = [];
  let files = 0;
  let bytes = 0;
  while (remembered.next()) {
    if (remembered.isFolder) {
      below.push(remembered.name.slice(0, -1));
      continue;
    }
    const stat = look(`${folder}/${remembered.name}`);
    if (!stat?.isFile() || !remembered.hasDigest || !memory.isSame(remembered, stat)) return null;
    files++;
    bytes += stat.size;
  }
  writer.copy(remembered.section);
  seen.files += files;
  seen.bytes += bytes;
  return below;
}

function lookAfresh(
  { sources, filter, memory }: LookRequest,
  { source, path }: FolderToLookAt,
  folder: string,
  facts: FolderFacts,
  writer: SectionWriter,
  seen: Counts,
): string[] {
  const inVersion = join(sources[source]!.name, path);
  const remembered = memory?.folder(source, path) ?? null;
  const below: string[] = [];
  writer.begin({ source, isSingleFile: false, path }, facts);
  for (const key of sortedKeys(folder)) {
    if (key.endsWith('/')) {
      const name = key.slice(0, -1);
      if (filter && !filter.takesFolder(join(inVersion, name))) continue;
      below.push(join(path, name));
      writer.folder(key);
      continue;
    }
    if (filter && !filter.takesFile(join(inVersion, key))) continue;
    const filePath = `${folder}/${key}`;
    const stat = look(filePath);
    // It was there when the folder was listed.
    if (!stat) throw changedWhileRead(filePath);
    if (!stat.isFile()) throw notRegular(filePath, whatItIs(stat));
    const { size: sizeBytes, mtimeMs, ctimeMs, ino, mode } = stat;
    const known = remembered?.file(key, stat);
    const executable = (mode & 0o100) !== 0;
    writer.file(key, { sizeBytes, mtimeMs, ctimeMs, ino }, executable, known?.digest ?? null, known?.isSame);
    seen.files++;
    seen.bytes += sizeBytes;
    if (!known?.isSame) {
      seen.changedFiles++;
      seen.changedBytes += sizeBytes;
    }
  }
  writer.end();
  return below;
}

function join(folder: string, name: string): string {
  return folder === '' || name === '' ? folder + name : `${folder}/${name}`;
}

function look(filePath: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(filePath, { throwIfNoEntry: false });
  } catch (error) {
    throw sourceFault(error, filePath);
  }
}

/** Names in the order of whole paths: a folder sorts as its name with a slash, as all paths below it do. */
function sortedKeys(folder: string): string[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw sourceFault(error, folder);
  }
  const keys: string[] = new Array(entries.length);
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    const { name } = entry;
    if (name.includes('\uFFFD')) refuseUnreadableNames(folder);
    if (name.includes('\\')) {
      throw badName(
        `${folder}/${name}`,
        'with a backslash',
        'Rename it: on other systems "\\" separates folders.',
      );
    }
    if (entry.isDirectory()) keys[at] = `${name}/`;
    else if (entry.isFile()) keys[at] = name;
    else throw notRegular(`${folder}/${name}`, whatItIs(entry));
  }
  return keys.sort();
}

/** The sign for unreadable bytes may also be a name's own. */
function refuseUnreadableNames(folder: string): void {
  for (const name of fs.readdirSync(folder, { encoding: 'buffer' })) {
    if (isUtf8(name)) continue;
    throw badName(
      `${folder}/${name.toString('utf8')}`,
      'that is not UTF-8',
      'Rename it, for example with `convmv -f ISO-8859-1 -t UTF-8`.',
    );
  }
}
