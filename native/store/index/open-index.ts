import fs from 'node:fs';
import path from 'node:path';
import { PART } from '../packs/pack-writer.ts';
import { readDirectory } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';
import { StoreIndex } from './store-index.ts';

/**
 * Open the index and make it tell of the packs that are there: after a kill or a power cut it may lack the latest; deleted, damaged or
 * of another version it is made anew. What interrupted work left is swept away.
 */
export function openIndex(paths: StorePaths): StoreIndex {
  fs.mkdirSync(paths.packs, { recursive: true, mode: 0o700 });
  const names = fs.readdirSync(paths.packs);
  for (const name of names) {
    if (name.endsWith(PART)) fs.rmSync(path.join(paths.packs, name), { force: true });
  }
  const packs = names.filter((name) => name.endsWith('.pack'));
  try {
    return reconciled(StoreIndex.open(paths.index), paths, packs);
  } catch {
    for (const ending of ['', '-wal', '-shm']) fs.rmSync(`${paths.index}${ending}`, { force: true });
    return reconciled(StoreIndex.open(paths.index), paths, packs);
  }
}

function reconciled(index: StoreIndex, paths: StorePaths, packs: readonly string[]): StoreIndex {
  try {
    const there = new Set(packs);
    const known = new Set(index.packs().map(({ name }) => name));
    // What a lost pack had may lie in another one too: only a new index finds it there.
    for (const name of known) if (!there.has(name)) throw new Error(`the pack ${name} is gone`);
    const added = packs.filter((name) => !known.has(name));
    for (const name of added) {
      const read = readDirectory(path.join(paths.packs, name));
      // A damaged pack is left for `verify` to name and for `repair` to mend.
      if ('blocks' in read) index.addPack(name, read.sizeBytes, read.blocks);
    }
    if (added.length > 0) index.dropOrphans();
    return index;
  } catch (error) {
    index.close();
    throw error;
  }
}
