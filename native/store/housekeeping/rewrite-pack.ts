import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { readDirectory } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';
import { type OldBlock, type OldPack, writeAnew } from './write-anew.ts';

/**
 * Write a pack anew. The new one is durable before the old one goes. One of which nothing is left is removed; one in which nothing changes
 * stays.
 *
 * @param change what becomes of each block; null leaves it out
 * @param known its blocks, where its own ends cannot tell them or are to be written anew in any case
 * @returns what the pack is called now and how many bytes it has
 */
export async function rewritePack(
  index: StoreIndex,
  paths: StorePaths,
  name: string,
  change: OldPack['change'],
  known: readonly OldBlock[] | null = null,
): Promise<{ readonly name: string; readonly sizeBytes: number }> {
  const old = path.join(paths.packs, name);
  try {
    const blocks = known ?? blocksIn(old, name);
    return await writeAnew(paths, [{ name, blocks, change }], async (made) => {
      if (made.blocks.length === 0) {
        index.removePack(name);
        fs.rmSync(old);
        return { name, sizeBytes: 0 };
      }
      // A pack is called by what is in it, so this is the old one.
      if (made.name === name && !known) return { name, sizeBytes: made.sizeBytes };
      await made.publish();
      index.replacePacks([name], made.name, made.sizeBytes, made.blocks);
      if (made.name !== name) fs.rmSync(old);
      return { name: made.name, sizeBytes: made.sizeBytes };
    });
  } catch (error) {
    throw fromSystemError(error, paths.packs);
  }
}

function blocksIn(packPath: string, name: string): readonly OldBlock[] {
  const read = readDirectory(packPath);
  if ('damage' in read) throw damaged(name, read.damage);
  return read.blocks;
}

function damaged(name: string, reason: string): AppError {
  return new AppError('STORAGE_FAILED', `The pack ${name} is damaged: ${reason}.`, {
    nextStep: 'Run `lathe fsck --repair`, then collect garbage again.',
    details: { pack: name },
  });
}
