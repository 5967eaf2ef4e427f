import fs from 'node:fs';
import path from 'node:path';

/**
 * Where a vendor's tool lies: on the PATH or in a folder where its installer puts it.
 *
 * @param folders to look in after the PATH
 * @returns null where the machine does not have it
 */
export function findTool(name: string, folders: readonly string[]): string | null {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of [...onPath, ...folders]) {
    const candidate = path.join(folder, file);
    if (isExecutable(candidate)) return candidate;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
