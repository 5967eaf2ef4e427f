import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fromSystemError } from '../kernel/app-error.ts';
import { syncFolder } from '../kernel/durable-file.ts';
import { inside } from '../kernel/workspace-folders.ts';
import { openJournal } from './own-journal.ts';

/**
 * Keep what a program that has ended left behind: files of its working folder that the patterns name are copied to
 * `outputs/`, and each file there that no line of a journal names gets one, in `journal/collected.jsonl`. The journals are
 * to be read once more after this. It may be called again, and goes on where it was interrupted.
 *
 * @param folder the run's folder
 * @param patterns of files below `code/`; a folder stands for all that is in it
 * @throws AppError DISK_FULL and the like
 */
export async function collectOutputs(folder: string, patterns: readonly string[]): Promise<void> {
  const outputs = path.join(folder, 'outputs');
  try {
    await fs.promises.mkdir(outputs, { recursive: true });
    await copyMatches(path.join(folder, 'code'), outputs, patterns);
    const named = await namedInJournals(path.join(folder, 'journal'));
    const isNamed = (file: string) => ancestors(file).some((name) => named.has(name));
    const unnamed = (await filesBelow(outputs)).filter((file) => !file.endsWith('.tmp') && !isNamed(file));
    if (unnamed.length === 0) return;
    const journal = await openJournal(folder, 'collected');
    try {
      const lines = unnamed.map((file) => `${JSON.stringify({ type: 'artifact', path: file })}\n`);
      await journal.appendFile(lines.join(''));
      await journal.sync();
    } finally {
      await journal.close();
    }
  } catch (error) {
    throw fromSystemError(error, folder);
  }
}

async function copyMatches(code: string, outputs: string, patterns: readonly string[]): Promise<void> {
  const wanted = new Set<string>();
  for (const pattern of patterns)
    for await (const match of fs.promises.glob(pattern, { cwd: code }))
      for (const file of await filesAt(code, match.split(path.sep).join('/'))) wanted.add(file);
  for (const file of wanted) {
    const target = inside(outputs, file);
    // What the program put there itself is what it means.
    if (fs.existsSync(target)) continue;
    try {
      await copyDurably(inside(code, file), target);
    } catch (error) {
      // One file that this user may not read, or that is gone meanwhile, must not keep the others and the run's end.
      if (!['EACCES', 'EPERM', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

async function copyDurably(source: string, target: string): Promise<void> {
  await fs.promises.mkdir(path.dirname(target), { recursive: true });
  const temporary = `${target}.tmp`;
  await fs.promises.copyFile(source, temporary, fs.constants.COPYFILE_FICLONE);
  // A copy of a read-only file is one too.
  await fs.promises.chmod(temporary, 0o600);
  const handle = await fs.promises.open(temporary, 'r+');
  await handle.sync().finally(() => handle.close());
  await fs.promises.rename(temporary, target);
  await syncFolder(path.dirname(target));
}

/**
 * The regular files at or below a match; none where the way to it leaves the folder, by `..` or by a link, and none whose name
 * is no path on every system.
 */
async function filesAt(root: string, match: string): Promise<string[]> {
  const name = path.posix.normalize(match).replace(/\/$/, '');
  if (name.startsWith('..')) return [];
  const real = await fs.promises.realpath(path.join(root, name)).catch(() => null);
  if (real !== path.join(await fs.promises.realpath(root), name)) return [];
  const isFile = (await fs.promises.lstat(real)).isFile();
  const files = isFile ? [name] : (await filesBelow(real)).map((file) => path.posix.join(name, file));
  return files.filter((file) => !/^[a-zA-Z]:|\\/.test(file));
}

/** Regular files below a folder by their paths relative to it, in order; links are not followed. */
async function filesBelow(root: string): Promise<string[]> {
  const found = await fs.promises
    .readdir(root, { recursive: true, withFileTypes: true })
    .catch(() => [] as fs.Dirent[]);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

async function namedInJournals(journals: string): Promise<Set<string>> {
  const named = new Set<string>();
  for (const name of await fs.promises.readdir(journals).catch(() => [])) {
    if (!name.endsWith('.jsonl')) continue;
    const lines = readline.createInterface({ input: fs.createReadStream(path.join(journals, name)) });
    for await (const line of lines) {
      // Most lines of a long journal are metrics, and need not be understood here.
      const file = line.includes('"artifact"') ? artifactIn(line) : null;
      if (file !== null) named.add(file);
    }
  }
  return named;
}

function artifactIn(line: string): string | null {
  try {
    const record = JSON.parse(line) as { type?: unknown; path?: unknown };
    return record.type === 'artifact' && typeof record.path === 'string' ? record.path : null;
  } catch {
    return null;
  }
}

/** A path and the folders above it: a line that names a folder stands for its files. */
function ancestors(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
