import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CodeSnapshot } from '../../../contract/execution.ts';
import type { Digest } from '../../../contract/ids.ts';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import { inParallel } from '../../../storage/in-parallel.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { checkLimits, isUnfitFolder, notCode } from './code-limits.ts';
import { type CodeFile, encodeCodeManifest } from './code-manifest.ts';
import { type Found, type FoundFile, findFiles, lookAtFiles } from './find-files.ts';

const COPIES_AT_ONCE = 8;
/** So often a file is read that changes meanwhile, before that is the user's to solve. */
const MOST_READS = 3;

export interface SnapshotRequest {
  readonly objects: ObjectStore;
  /** Absolute path of the code folder. */
  readonly folder: string;
  /**
   * The files that matter, relative to the folder, for example a script that was named alone: they are always in the
   * snapshot, and are all of it where the folder is the home folder or too large. Without it such a folder is refused.
   */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface TakenSnapshot extends CodeSnapshot {
  /** Everything that was stored: files, their list and the patch, each digest once. */
  readonly objects: Digest[];
  /** Words for people about what was left out; null where nothing was. */
  readonly note: string | null;
}

/**
 * Copy the files of a code folder into the store, with what Git knows of them. Equal files give an equal digest. What was
 * stored before is not written again.
 *
 * @throws AppError INVALID_INPUT for a folder that is too large or no code, naming the largest and the cure; PATH_NOT_FOUND,
 * PATH_UNREADABLE; CONFLICT for a file that does not stop changing; DISK_FULL
 */
export async function snapshotCode({
  objects,
  folder,
  only,
  signal,
}: SnapshotRequest): Promise<TakenSnapshot> {
  const root = await realFolder(folder);
  const { found, reason } = await find(root, only, signal);
  const named = await lookAtFiles(
    root,
    (only ?? []).filter((name) => !found.files.some((file) => file.path === name)),
  );
  checkLimits(root, named);
  const files = await store(objects, root, [...found.files, ...named], signal);
  const manifest = await objects.put({ bytes: encodeCodeManifest(files) }, { signal });
  const diff = found.git?.diff?.length ? await objects.put({ bytes: found.git.diff }, { signal }) : null;
  return {
    digest: manifest.digest,
    files: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    folder,
    git: found.git && { ...found.git, diff: diff?.digest ?? null },
    objects: [
      ...new Set([manifest.digest, ...(diff ? [diff.digest] : []), ...files.map((file) => file.digest)]),
    ],
    note: noteOf(found, reason),
  };
}

const nothing: Found = { files: [], git: null, links: [], badNames: 0, gitRefused: null };

async function find(root: string, only: readonly string[] | undefined, signal: AbortSignal | undefined) {
  try {
    refuseOtherPlaces(root);
    const found = await findFiles(root, signal);
    checkLimits(root, found.files);
    return { found, reason: null };
  } catch (error) {
    if (only === undefined || !isUnfitFolder(error)) throw error;
    return { found: nothing, reason: `Only ${only.join(', ')} was taken. ${(error as AppError).message}` };
  }
}

/** Files come back in the order given; those that vanished meanwhile are not among them. */
async function store(
  objects: ObjectStore,
  root: string,
  files: readonly FoundFile[],
  signal: AbortSignal | undefined,
): Promise<CodeFile[]> {
  const stored = await inParallel(files, COPIES_AT_ONCE, signal, async (file, stop) => {
    const put = await putSettled(objects, path.join(root, file.path), stop);
    return put && { path: file.path, mode: file.mode, sizeBytes: put.sizeBytes, digest: put.digest };
  });
  return stored.filter((file) => file !== null);
}

async function putSettled(objects: ObjectStore, filePath: string, signal: AbortSignal) {
  for (let reads = 1; ; reads++) {
    try {
      return await objects.put({ path: filePath }, { signal });
    } catch (error) {
      const code = error instanceof AppError ? error.code : null;
      if (code === 'PATH_NOT_FOUND') return null;
      if (code !== 'CONFLICT' || reads === MOST_READS) throw error;
    }
  }
}

async function realFolder(folder: string): Promise<string> {
  const root = await fs.promises.realpath(folder).catch((error: unknown) => {
    throw fromSystemError(error, folder);
  });
  if ((await fs.promises.stat(root)).isDirectory()) return root;
  throw new AppError('INVALID_INPUT', `${folder} is a file, not a folder of code.`, {
    nextStep: 'Name the folder that holds it.',
    details: { path: folder },
  });
}

/** Where other things than one program lie: much of it large, some of it private. */
function refuseOtherPlaces(root: string): void {
  const real = (folder: string) => (fs.existsSync(folder) ? fs.realpathSync(folder) : folder);
  const home = real(os.homedir());
  if (root === home) throw notCode(root, 'the home folder');
  if (`${home}${path.sep}`.startsWith(root.endsWith(path.sep) ? root : `${root}${path.sep}`)) {
    throw notCode(root, 'a folder around the home folder');
  }
  if (root === real(os.tmpdir())) throw notCode(root, 'the folder for temporary files');
  if (fs.existsSync(path.join(root, 'lathe.db'))) throw notCode(root, 'a workspace of Lathe');
}

function noteOf(found: Found, reason: string | null): string | null {
  const notes: string[] = [];
  if (reason !== null) notes.push(reason);
  if (found.gitRefused !== null) notes.push(`What Git knows was not recorded: ${found.gitRefused}.`);
  if (found.git?.diff === null) {
    notes.push('The patch of the uncommitted changes is too large to be kept; the changed files are kept.');
  }
  if (found.links.length > 0) notes.push(`Links were left out: ${several(found.links)}.`);
  if (found.badNames > 0) {
    notes.push(`Files were left out because their names do not suit every machine: ${found.badNames}.`);
  }
  return notes.length === 0 ? null : notes.join(' ');
}

function several(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
