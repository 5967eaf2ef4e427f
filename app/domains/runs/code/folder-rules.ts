import fs from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Names that are never code: made by machines, and made again. */
const NEVER: ReadonlySet<string> = new Set(['.git', '__pycache__', 'node_modules', '.ipynb_checkpoints']);

/** Files that hold passwords and keys by custom. A snapshot is kept and may be handed on; they must not be in it. */
const SECRET = /^([.]env([.](?!example|sample|template).*)?|[.]netrc|[.]pypirc|id_(rsa|dsa|ecdsa|ed25519))$/;

/** A folder that holds one of these is a Python environment, a conda environment or a workspace of Lathe. */
const MARKERS = ['pyvenv.cfg', 'conda-meta', 'lathe.db'];

/**
 * What of a folder is left out: names that are never code, environments, and what the ignore files in it say, each for the
 * folder that it lies in and all below, later and deeper patterns winning over earlier ones, as Git reads them.
 * Paths are relative to the folder, with `/`; the folder itself is ''.
 */
export class FolderRules {
  readonly #root: string;
  /** For each kind of ignore file its patterns by folder; what one kind leaves out, another does not bring back. */
  readonly #chains: readonly { readonly name: string; readonly byFolder: Map<string, Ignore> }[];
  readonly #taken = new Map<string, Promise<boolean>>();

  /** @param ignoreFiles names of the files that hold patterns */
  constructor(root: string, ignoreFiles: readonly string[]) {
    this.#root = root;
    this.#chains = ignoreFiles.map((name) => ({ name, byFolder: new Map() }));
  }

  /** Whether a folder's files may be taken; false for what is behind a link. Must be asked before its files are. */
  takesFolder(folder: string): Promise<boolean> {
    let taken = this.#taken.get(folder);
    if (!taken) {
      taken = this.#look(folder);
      this.#taken.set(folder, taken);
    }
    return taken;
  }

  takesFile(file: string): boolean {
    return !this.#leavesOut(file, false);
  }

  async #look(folder: string): Promise<boolean> {
    if (folder !== '') {
      if (!(await this.takesFolder(parentOf(folder))) || this.#leavesOut(folder, true)) return false;
      const stat = await fs.promises.lstat(path.join(this.#root, folder)).catch(() => undefined);
      if (!stat?.isDirectory()) return false;
      for (const marker of MARKERS) {
        if (fs.existsSync(path.join(this.#root, folder, marker))) return false;
      }
    }
    for (const { name, byFolder } of this.#chains) {
      const text = await fs.promises
        .readFile(path.join(this.#root, folder, name), 'utf8')
        .catch(() => undefined);
      if (text !== undefined) byFolder.set(folder, ignore({ ignorecase: false }).add(text));
    }
    return true;
  }

  #leavesOut(entry: string, isFolder: boolean): boolean {
    const name = path.posix.basename(entry);
    if (NEVER.has(name) || (!isFolder && SECRET.test(name))) return true;
    return this.#chains.some(({ byFolder }) => {
      let ignored = false;
      for (const folder of foldersAbove(entry)) {
        const below = folder === '' ? entry : entry.slice(folder.length + 1);
        const verdict = byFolder.get(folder)?.test(isFolder ? `${below}/` : below);
        if (verdict?.ignored) ignored = true;
        else if (verdict?.unignored) ignored = false;
      }
      return ignored;
    });
  }
}

export function parentOf(entry: string): string {
  const parent = path.posix.dirname(entry);
  return parent === '.' ? '' : parent;
}

/** `a/b/c` → '', 'a', 'a/b' */
function foldersAbove(entry: string): string[] {
  const folders = [''];
  for (let at = entry.indexOf('/'); at !== -1; at = entry.indexOf('/', at + 1))
    folders.push(entry.slice(0, at));
  return folders;
}
