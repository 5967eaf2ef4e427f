import fs from 'node:fs';
import path from 'node:path';
import type { StorePaths } from '../store-paths.ts';

export interface LooseObject {
  readonly digest: Buffer;
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** The whole files beside the packs. */
export function* looseObjects({ objects }: StorePaths): Generator<LooseObject> {
  for (const folder of namesIn(objects).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    for (const name of namesIn(path.join(objects, folder))) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const file = path.join(objects, folder, name);
      const stat = fs.lstatSync(file, { throwIfNoEntry: false });
      if (!stat?.isFile()) continue;
      yield { digest: Buffer.from(name, 'hex'), path: file, sizeBytes: stat.size, mtimeMs: stat.mtimeMs };
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
