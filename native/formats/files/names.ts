import path from 'node:path';
import type { FormatFile } from '../../../app/kernel/ports/data-format.ts';

/** The extension of a name in lower case, without the point. */
export const extensionOf = (name: string): string => path.posix.extname(name).slice(1).toLowerCase();

/** The last part of a name. */
export const baseOf = (name: string): string => path.posix.basename(name);

/** The folder of a name; empty at the root. */
export const folderOf = (name: string): string => {
  const folder = path.posix.dirname(name);
  return folder === '.' ? '' : folder;
};

/** Files that systems and archives leave in folders and nobody means. */
const LITTER = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/;

/** Files that are meant: what the system left between them is passed over. */
export const meantFiles = (files: readonly FormatFile[]): readonly FormatFile[] =>
  files.filter(({ name }) => !LITTER.test(name));

/** Every extension that a file which is meant has. */
export function extensionsOf(files: readonly FormatFile[]): ReadonlySet<string> {
  const extensions = new Set<string>();
  for (const { name } of files) if (!LITTER.test(name)) extensions.add(extensionOf(name));
  return extensions;
}

/** Whether there are files and all have one of these extensions. */
export function allHave(files: readonly FormatFile[], extensions: ReadonlySet<string>): boolean {
  return files.length > 0 && files.every(({ name }) => extensions.has(extensionOf(name)));
}

const SPLITS: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** The split that a folder's or an array's name stands for (`train`, `validation`, `test`), or null. */
export const splitNamed = (word: string): string | null =>
  Object.hasOwn(SPLITS, word.toLowerCase()) ? SPLITS[word.toLowerCase()]! : null;
