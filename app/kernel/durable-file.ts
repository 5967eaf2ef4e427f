import fs from 'node:fs';
import path from 'node:path';

/**
 * Write a file so that after any crash either the old content or the whole new content is there: temporary file,
 * fsync, rename, fsync of the folder.
 */
export async function writeFileDurably(
  filePath: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = `${filePath}.${process.pid}.tmp`;
  try {
    const file = await fs.promises.open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.promises.rename(temporary, filePath);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(filePath));
}

/** Make a rename or a new name in a folder survive a power cut. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
