import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../../../app/kernel/durable-file.ts';
import { encodeDirectory, encodeTail, PACK_HEAD, type PackBlock } from '../packs/pack-format.ts';
import { PART } from '../packs/pack-writer.ts';
import { readAt } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';

export type OldBlock = PackBlock;
/** A block with its stored bytes; where it will lie shows when it is written. */
export type NewBlock = Omit<PackBlock, 'offset' | 'storedBytes'> & { readonly bytes: Uint8Array };

/** A pack whose blocks go into a new one. */
export interface OldPack {
  readonly name: string;
  readonly blocks: readonly OldBlock[];
  /** What becomes of each block; null leaves it out. */
  readonly change: (block: OldBlock) => NewBlock | 'as it is' | null;
}

interface NewPack {
  readonly name: string;
  readonly sizeBytes: number;
  readonly blocks: readonly PackBlock[];
  /** Give it its name, durably. */
  publish(): Promise<void>;
}

/**
 * Write blocks of packs into a new one. Blocks that stay as they are get copied byte for byte: what was good stays good, and damage stays
 * where it can be named.
 *
 * @param use gets the new pack, flushed and without its name; what it does not publish is removed
 */
export async function writeAnew<T>(
  { packs }: StorePaths,
  olds: readonly OldPack[],
  use: (pack: NewPack) => Promise<T>,
): Promise<T> {
  const part = path.join(packs, `${randomUUID()}${PART}`);
  try {
    const written = writeBlocks(packs, part, olds);
    return await use({
      ...written,
      async publish() {
        fs.renameSync(part, path.join(packs, written.name));
        await syncFolder(packs);
      },
    });
  } finally {
    fs.rmSync(part, { force: true });
  }
}

function writeBlocks(packs: string, part: string, olds: readonly OldPack[]) {
  const to = fs.openSync(part, 'wx', 0o600);
  try {
    let sizeBytes = write(to, PACK_HEAD);
    const blocks: PackBlock[] = [];
    for (const old of olds) {
      const from = fs.openSync(path.join(packs, old.name), 'r');
      try {
        for (const block of old.blocks) {
          const changed = old.change(block);
          if (changed === null) continue;
          const { bytes, ...facts } =
            changed === 'as it is'
              ? { ...block, bytes: readAt(from, block.offset, block.storedBytes) }
              : changed;
          blocks.push({ ...facts, offset: sizeBytes, storedBytes: bytes.length });
          sizeBytes += write(to, bytes);
        }
      } finally {
        fs.closeSync(from);
      }
    }
    const directory = encodeDirectory(blocks);
    const { tail, name } = encodeTail(directory);
    sizeBytes += write(to, directory) + write(to, tail);
    fs.fsyncSync(to);
    return { name, sizeBytes, blocks };
  } finally {
    fs.closeSync(to);
  }
}

function write(fd: number, bytes: Uint8Array): number {
  for (let written = 0; written < bytes.length; ) written += fs.writeSync(fd, bytes, written);
  return bytes.length;
}
