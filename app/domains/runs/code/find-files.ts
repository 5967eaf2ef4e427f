import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { fromSystemError } from '../../../kernel/app-error.ts';
import { inside } from '../../../kernel/workspace-folders.ts';
import { inParallel } from '../../../storage/in-parallel.ts';
import { MOST_FILES, tooManyFiles } from './code-limits.ts';
import { EXECUTABLE_MODE, PLAIN_MODE } from './code-manifest.ts';
import { FolderRules, parentOf } from './folder-rules.ts';
import { GitRefused } from './git-command.ts';
import { type GitFacts, gitFacts, gitFiles, isBelowGit } from './git-work-tree.ts';

const LOOKS_AT_ONCE = 16;
const LATHE_IGNORE = '.latheignore';

/** A regular file of a code folder. */
export interface FoundFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly mode: typeof PLAIN_MODE | typeof EXECUTABLE_MODE;
}

export interface Found {
  readonly files: readonly FoundFile[];
  /** `dirty`: the commit alone is not these files. */
  readonly git: (GitFacts & { readonly dirty: boolean }) | null;
  /** Links, by name: what they point to is not code of this folder. */
  readonly links: readonly string[];
  /** How many names cannot be written down for every machine. */
  readonly badNames: number;
  /** Why Git's record is missing though the folder is in a repository; null otherwise. */
  readonly gitRefused: string | null;
}

/** What was found so far. */
interface Findings {
  readonly root: string;
  readonly signal: AbortSignal | undefined;
  readonly rules: FolderRules;
  readonly files: FoundFile[];
  readonly links: string[];
  badNames: number;
  untracked: number;
}

/**
 * The files of a code folder: in a Git work tree what Git has or would add, submodules and repositories inside included;
 * elsewhere all regular files but what .gitignore leaves out. In both, environments, caches and what .latheignore names stay out.
 *
 * @param root absolute
 * @throws AppError INVALID_INPUT (see code-limits.ts) for more files than a snapshot may have, PATH_UNREADABLE
 */
export async function findFiles(root: string, signal: AbortSignal | undefined): Promise<Found> {
  let gitRefused: string | null = null;
  if (isBelowGit(root)) {
    const found = begin(root, [LATHE_IGNORE], signal);
    try {
      await addGitFiles(found, '');
      // None: the folder is ignored by a repository around it, which then says nothing about it.
      if (found.files.length > 0) return { ...found, git: await describe(found), gitRefused };
    } catch (error) {
      if (!(error instanceof GitRefused)) throw error;
      gitRefused = error.message;
    }
  }
  const found = begin(root, ['.gitignore', LATHE_IGNORE], signal);
  const paths: string[] = [];
  await walk(found, '', paths);
  await look(found, paths);
  return { ...found, git: null, gitRefused };
}

/** Files by name, whatever the rules say of them. @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE */
export function lookAtFiles(root: string, paths: readonly string[]): Promise<FoundFile[]> {
  return inParallel(paths, LOOKS_AT_ONCE, undefined, async (name) => {
    const filePath = inside(root, name);
    const stat = await fs.promises.stat(filePath).catch((error: unknown) => {
      throw fromSystemError(error, filePath);
    });
    return toFound(name, stat);
  });
}

function begin(root: string, ignoreFiles: readonly string[], signal: AbortSignal | undefined): Findings {
  const rules = new FolderRules(root, ignoreFiles);
  return { root, signal, rules, files: [], links: [], badNames: 0, untracked: 0 };
}

async function describe(found: Findings): Promise<Found['git']> {
  const facts = await gitFacts(found.root, found.signal);
  const changed = facts.diff === null || facts.diff.length > 0;
  return { ...facts, dirty: facts.commit === null || changed || found.untracked > 0 };
}

/** @param prefix '' or a repository inside the folder, ended by `/` */
async function addGitFiles(found: Findings, prefix: string): Promise<void> {
  const { tracked, untracked } = await gitFiles(path.join(found.root, prefix), found.signal);
  // A file with a merge conflict stands there several times.
  const ours = await namesOf(found, prefix, tracked);
  const others = await namesOf(found, prefix, untracked);
  const folders = await look(found, ours);
  const known = found.files.length;
  folders.push(...(await look(found, others)));
  found.untracked += found.files.length - known;
  for (const folder of folders) {
    const isRepository = fs.existsSync(path.join(found.root, folder, '.git'));
    if (isRepository && (await found.rules.takesFolder(folder))) await addGitFiles(found, `${folder}/`);
  }
}

async function namesOf(found: Findings, prefix: string, listed: readonly Buffer[]): Promise<string[]> {
  const names = new Set<string>();
  for (const bytes of listed) {
    const name = prefix + bytes.toString('utf8').replace(/\/$/, '');
    if (!isUtf8(bytes) || !isPortable(name)) found.badNames += 1;
    else if ((await found.rules.takesFolder(parentOf(name))) && found.rules.takesFile(name)) names.add(name);
  }
  return [...names];
}

async function walk(found: Findings, folder: string, paths: string[]): Promise<void> {
  found.signal?.throwIfAborted();
  if (!(await found.rules.takesFolder(folder))) return;
  const absolute = path.join(found.root, folder);
  const entries = await fs.promises
    .readdir(absolute, { withFileTypes: true, encoding: 'buffer' })
    .catch((error: unknown) => {
      throw fromSystemError(error, absolute);
    });
  for (const entry of entries) {
    const name = (folder === '' ? '' : `${folder}/`) + entry.name.toString('utf8');
    if (!isUtf8(entry.name) || !isPortable(name)) found.badNames += 1;
    else if (entry.isDirectory()) await walk(found, name, paths);
    else if (found.rules.takesFile(name)) paths.push(name);
    if (paths.length > MOST_FILES) throw tooManyFiles(found.root, paths);
  }
}

/** Add the regular files among the names. @returns those that are folders */
async function look(found: Findings, names: readonly string[]): Promise<string[]> {
  if (found.files.length + names.length > MOST_FILES) throw tooManyFiles(found.root, names);
  const stats = await inParallel(names, LOOKS_AT_ONCE, found.signal, (name) =>
    // Git also lists what was deleted since the last commit.
    fs.promises.lstat(path.join(found.root, name)).catch(() => undefined),
  );
  const folders: string[] = [];
  for (const [index, name] of names.entries()) {
    const stat = stats[index];
    if (stat?.isFile()) found.files.push(toFound(name, stat));
    else if (stat?.isDirectory()) folders.push(name);
    else if (stat?.isSymbolicLink()) found.links.push(name);
  }
  return folders;
}

function toFound(name: string, stat: fs.Stats): FoundFile {
  return { path: name, sizeBytes: stat.size, mode: stat.mode & 0o100 ? EXECUTABLE_MODE : PLAIN_MODE };
}

/** Whether a name can be written on every machine that the snapshot may come to. */
function isPortable(name: string): boolean {
  try {
    return inside('/', name) !== '';
  } catch {
    return false;
  }
}
