import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../app/kernel/app-error.ts';
import { syncFolder } from '../../../app/kernel/durable-file.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { encodeDirectory, encodeTail, PACK_HEAD, type PackBlock } from '../packs/pack-format.ts';
import { PART } from '../packs/pack-writer.ts';
import { readAt, readDirectory } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';

export type OldBlock = PackBlock;
/** A block with its stored bytes; where it will lie shows when it is written. */
export type NewBlock = Omit<PackBlock, 'offset' | 'storedBytes'> & { readonly bytes: Uint8Array };

/**
 * Write a pack anew. Blocks that stay as they are get copied byte for byte: what was good stays good, and damage stays where it can be
 * named. The new pack is durable before the old one goes. One of which nothing is left is removed; one in which nothing changes stays.
 *
 * @param change what becomes of each block; null leaves it out
 * @param known its blocks, where its own ends cannot tell them or are to be written anew in any case
 * @returns what the pack is called now and how many bytes it has
 */
export async function rewritePack(
  index: StoreIndex,
  paths: StorePaths,
  name: string,
  change: (block: OldBlock) => NewBlock | 'as it is' | null,
  known: readonly OldBlock[] | null = null,
): Promise<{ readonly name: string; readonly sizeBytes: number }> {
  const old = path.join(paths.packs, name);
  const part = path.join(paths.packs, `${randomUUID()}${PART}`);
  try {
    const written = writeBlocks(old, part, known ?? blocksIn(old, name), change);
    if (written.blocks.length === 0) {
      index.removePack(name);
      fs.rmSync(old);
      return { name, sizeBytes: 0 };
    }
    // A pack is called by what is in it, so this is the old one.
    if (written.name === name && !known) return { name, sizeBytes: written.sizeBytes };
    fs.renameSync(part, path.join(paths.packs, written.name));
    await syncFolder(paths.packs);
    index.replacePack(name, written.name, written.sizeBytes, written.blocks);
    if (written.name !== name) fs.rmSync(old);
    return { name: written.name, sizeBytes: written.sizeBytes };
  } catch (error) {
    throw fromSystemError(error, paths.packs);
  } finally {
    fs.rmSync(part, { force: true });
  }
}

function blocksIn(packPath: string, name: string): readonly OldBlock[] {
  const read = readDirectory(packPath);
  if ('damage' in read) throw damaged(name, read.damage);
  return read.blocks;
}

function writeBlocks(
  old: string,
  part: string,
  all: readonly PackBlock[],
  change: Parameters<typeof rewritePack>[3],
) {
  const from = fs.openSync(old, 'r');
  const to = fs.openSync(part, 'wx', 0o600);
  try {
    let sizeBytes = write(to, PACK_HEAD);
    const blocks: PackBlock[] = [];
    for (const block of all) {
      const changed = change(block);
      if (changed === null) continue;
      const { bytes, ...facts } =
        changed === 'as it is' ? { ...block, bytes: readAt(from, block.offset, block.storedBytes) } : changed;
      blocks.push({ ...facts, offset: sizeBytes, storedBytes: bytes.length });
      sizeBytes += write(to, bytes);
    }
    const directory = encodeDirectory(blocks);
    const { tail, name } = encodeTail(directory);
    sizeBytes += write(to, directory) + write(to, tail);
    fs.fsyncSync(to);
    return { name, sizeBytes, blocks };
  } finally {
    fs.closeSync(from);
    fs.closeSync(to);
  }
}

function write(fd: number, bytes: Uint8Array): number {
  for (let written = 0; written < bytes.length; ) written += fs.writeSync(fd, bytes, written);
  return bytes.length;
}

function damaged(name: string, reason: string): AppError {
  return new AppError('STORAGE_FAILED', `The pack ${name} is damaged: ${reason}.`, {
    nextStep: 'Run `lathe fsck --repair`, then collect garbage again.',
    details: { pack: name },
  });
}
