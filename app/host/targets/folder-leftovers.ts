import fs from 'node:fs';
import path from 'node:path';
import type { Leftover } from '../../contract/targets.contract.ts';
import { folderSize } from '../../storage/folder-size.ts';

/** Each folder of `root` as a leftover. @param nameOf what people see of it */
export async function folderLeftovers(
  root: string,
  kind: Leftover['kind'],
  nameOf: (folder: string) => Promise<string>,
  inUse: (folder: string) => boolean,
): Promise<Leftover[]> {
  const entries = await fs.promises.readdir(root, { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const folder = path.join(root, name);
        const stat = await fs.promises.stat(folder);
        return {
          id: `${kind}:${name}`,
          kind,
          name: await nameOf(folder),
          sizeBytes: await folderSize(folder),
          usedAt: Math.round(Math.max(stat.mtimeMs, stat.ctimeMs)),
          inUse: inUse(folder),
        };
      }),
  );
}
