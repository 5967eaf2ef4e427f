import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ImportSource } from '../../contract/datasets.contract.ts';
import { newId } from '../../kernel/new-id.ts';
import type { WorkspaceFolders } from '../../kernel/workspace-folders.ts';

const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** Of a folder that only one import uses, because another import of the same source is in progress. */
const ALONE = '.alone';

export interface Spool {
  readonly folder: string;
  /** Let go of it. What is left of an import that did not finish stays for the next one of the same source. */
  release(isFinished: boolean): Promise<void>;
}

/** Folders where sources put what they bring here, one for each source, so that an interrupted import goes on where it was. */
export interface Spools {
  take(source: ImportSource): Promise<Spool>;
  /** Remove what nobody came back for; only before the owner's first import. */
  sweep(): Promise<void>;
}

export function createSpools(folders: WorkspaceFolders): Spools {
  const root = path.join(folders.cache, 'spool');
  const taken = new Set<string>();

  return {
    async take(source) {
      const key = createHash('sha256').update(JSON.stringify(source)).digest('hex');
      const isFirst = !taken.has(key);
      if (isFirst) taken.add(key);
      const folder = path.join(root, isFirst ? key : `${newId()}${ALONE}`);
      await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
      return {
        folder,
        async release(isFinished) {
          if (isFirst) taken.delete(key);
          if (isFinished || !isFirst) await fs.promises.rm(folder, { recursive: true, force: true });
          // An empty folder holds nothing to go on from.
          else await fs.promises.rmdir(folder).catch(() => undefined);
        },
      };
    },
    async sweep() {
      const names = await fs.promises.readdir(root).catch(() => []);
      for (const name of names) {
        const folder = path.join(root, name);
        const stat = await fs.promises.lstat(folder).catch(() => null);
        const isOld = stat !== null && Date.now() - stat.mtimeMs > KEPT_MS;
        if (isOld || name.endsWith(ALONE)) await fs.promises.rm(folder, { recursive: true, force: true });
      }
    },
  };
}
