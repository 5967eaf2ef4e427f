import { AppError } from '../../../app/kernel/app-error.ts';
import type { FolderEntry, FolderPage, FolderRequest } from '../../../app/kernel/ports/data-store.ts';
import type { ManifestView } from './manifest-view.ts';

/** What lies directly in a folder, by places in the manifest; of a folder below, all its files. */
interface Entries {
  /** Whether the entry is a folder; then it reaches from its place to its end. */
  readonly isFolder: boolean[];
  readonly from: number[];
  readonly to: number[];
  readonly sizeBytes: number[];
  readonly totalBytes: number;
}

/** Folders whose entries are held for each manifest: people go down and up again. */
const FOLDERS_AT_HAND = 8;
const held = new WeakMap<ManifestView, Map<string, Entries>>();
const orders = new WeakMap<Entries, Map<string, readonly number[]>>();

/**
 * A part of the entries of a folder. The first look at a folder passes over each folder below in steps that double, and adds up sizes
 * by groups of files that are added up once; every further page reads only its own entries.
 *
 * @throws AppError NOT_FOUND where no file lies below that folder
 */
export function listFolder(view: ManifestView, request: FolderRequest): FolderPage {
  const { folder, offset, limit } = request;
  const entries = entriesOf(view, folder);
  const order = orderOf(entries, request);
  const page = Array.from(
    { length: Math.max(0, Math.min(limit, entries.from.length - offset)) },
    (_, index) => entryAt(view, entries, order[offset + index]!, folder.length),
  );
  const { from, to } = view.withPrefix(folder);
  return {
    entries: page,
    total: entries.from.length,
    folders: entries.isFolder.reduce((sum, each) => sum + (each ? 1 : 0), 0),
    files: to - from,
    sizeBytes: entries.totalBytes,
  };
}

function entriesOf(view: ManifestView, folder: string): Entries {
  const known = held.get(view) ?? new Map<string, Entries>();
  held.set(view, known);
  const found = known.get(folder);
  if (found) return found;
  const made = readEntries(view, folder);
  if (known.size >= FOLDERS_AT_HAND) known.delete(known.keys().next().value!);
  known.set(folder, made);
  return made;
}

function readEntries(view: ManifestView, folder: string): Entries {
  const { from, to } = view.withPrefix(folder);
  if (from === to && folder !== '') {
    throw new AppError('NOT_FOUND', `There is no folder "${folder.slice(0, -1)}" in this version.`, {
      nextStep: 'List its parent to see what there is.',
      details: { folder },
    });
  }
  const made: Entries = { isFolder: [], from: [], to: [], sizeBytes: [], totalBytes: view.bytes(from, to) };
  for (let at = from; at < to; ) {
    const file = view.file(at);
    const slash = file.path.indexOf('/', folder.length);
    const end = slash < 0 ? at + 1 : view.endOf(file.path.slice(0, slash + 1), at, to);
    made.isFolder.push(slash >= 0);
    made.from.push(at);
    made.to.push(end);
    made.sizeBytes.push(slash < 0 ? file.sizeBytes : view.bytes(at, end));
    at = end;
  }
  return made;
}

/** Folders come before files; both by name, size or number of files, and by name where those are equal. */
function orderOf(entries: Entries, { sort, descending }: FolderRequest): readonly number[] {
  const known = orders.get(entries) ?? new Map<string, readonly number[]>();
  orders.set(entries, known);
  const key = `${sort} ${descending}`;
  const found = known.get(key);
  if (found) return found;
  const { isFolder, from, to, sizeBytes } = entries;
  const value = (at: number): number =>
    sort === 'name' ? at : sort === 'size' ? sizeBytes[at]! : to[at]! - from[at]!;
  const sign = descending ? -1 : 1;
  const order = from
    .map((_, at) => at)
    .sort((a, b) => Number(isFolder[b]) - Number(isFolder[a]) || sign * (value(a) - value(b)) || a - b);
  known.set(key, order);
  return order;
}

function entryAt(view: ManifestView, entries: Entries, at: number, prefixLength: number): FolderEntry {
  const file = view.file(entries.from[at]!);
  if (!entries.isFolder[at]) return { kind: 'file', file };
  return {
    kind: 'folder',
    path: file.path.slice(0, file.path.indexOf('/', prefixLength) + 1),
    files: entries.to[at]! - entries.from[at]!,
    sizeBytes: entries.sizeBytes[at]!,
  };
}
