import fs from 'node:fs';
import type { CheckoutRequest } from '../../../app/kernel/ports/data-store.ts';
import { type Memory, memoryPath, readMemory, writeMemory } from '../sources/memory-file.ts';
import type { Keeper } from './keeper.ts';

/** What the last checkout left in a folder, or null. */
export function readLeft(keeper: Keeper, folder: string): Memory | null {
  return readMemory(memoryPath(keeper.paths.checkouts, fs.realpathSync(folder)));
}

/** @param left sections; see FolderMemory */
export function rememberLeft(
  keeper: Keeper,
  { folder, manifest, prefix = '' }: CheckoutRequest,
  left: readonly Uint8Array[],
): void {
  const { epoch } = keeper.index;
  const patterns = { include: [], exclude: [] };
  const head = { manifest, files: 0, sizeBytes: 0, lookedAtMs: Date.now(), names: [prefix], patterns, epoch };
  writeMemory(memoryPath(keeper.paths.checkouts, fs.realpathSync(folder)), head, left);
}
