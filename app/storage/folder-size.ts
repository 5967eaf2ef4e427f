import fs from 'node:fs';
import path from 'node:path';

/** Bytes of all files below a folder, links not followed; 0 if it is not there. Files that go meanwhile do not count. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await fs.promises
    .readdir(folder, { recursive: true, withFileTypes: true })
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  let sizeBytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const stat = await fs.promises.lstat(path.join(entry.parentPath, entry.name)).catch(() => null);
    sizeBytes += stat?.size ?? 0;
  }
  return sizeBytes;
}
