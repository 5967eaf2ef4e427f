import fs from 'node:fs';
import path from 'node:path';
import { newId } from '../../../kernel/new-id.ts';
import type { WorkspaceFolders } from '../../../kernel/workspace-folders.ts';

/** Names folders where looks may put what does not fit their memory. What a killed host left there is removed. */
export function createSpillFolders(folders: Pick<WorkspaceFolders, 'cache'>) {
  const folder = path.join(folders.cache, 'looks');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  return { next: (): string => path.join(folder, newId<string>()) };
}

export type SpillFolders = ReturnType<typeof createSpillFolders>;
