import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../../app/contract/ids.ts';
import type { StoreDamage } from '../../../app/kernel/ports/data-store.ts';
import { hashFile } from '../contents/hash-file.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { readDirectory } from '../packs/read-directory.ts';
import { looseObject, type StorePaths } from '../store-paths.ts';
import { rewritePack } from './rewrite-pack.ts';

/** Where what is damaged beyond reading is moved, for whoever wants to look at it. */
const QUARANTINE = 'damaged';

export interface Copy {
  readonly content: Digest;
  readonly path: string;
  /** In words, where the file itself was made from something else. */
  readonly from?: string;
}

/** Make the index anew from the packs' directories, in one transaction. */
export function rebuildIndex(index: StoreIndex, paths: StorePaths): void {
  const { database } = index;
  database.transaction(() => {
    for (const table of ['entries', 'blocks', 'packs']) database.exec(`DELETE FROM ${table}`);
    for (const name of fs.readdirSync(paths.packs).filter((each) => each.endsWith('.pack'))) {
      const read = readDirectory(path.join(paths.packs, name));
      if ('blocks' in read) index.addPack(name, read.sizeBytes, read.blocks);
    }
    index.dropOrphans();
  })();
  index.forgetBlocks();
}

/** Copies whose bytes have the digest that they are said to have; the first of each content. */
export function goodCopies(copies: readonly Copy[], onBytes: (bytes: number) => void): Copy[] {
  const good = new Map<Digest, Copy>();
  for (const copy of copies) {
    if (!good.has(copy.content) && hashOf(copy.path, onBytes) === copy.content) good.set(copy.content, copy);
  }
  return [...good.values()];
}

/**
 * Take damaged blocks, packs and objects out of use, so that their contents can be stored again: as long as the index knows a chunk,
 * storing it once more would change nothing.
 */
export async function dropDamaged(
  index: StoreIndex,
  paths: StorePaths,
  damage: readonly StoreDamage[],
): Promise<void> {
  const blocks = new Map<string, Set<number>>();
  for (const { kind, name } of damage) {
    if (kind === 'pack') quarantine(paths, path.join(paths.packs, name));
    if (kind === 'object') quarantine(paths, looseObject(paths, name));
    if (kind !== 'block') continue;
    const [pack, offset] = name.split(' at ') as [string, string];
    blocks.set(pack, (blocks.get(pack) ?? new Set()).add(Number(offset)));
  }
  for (const [pack, offsets] of blocks) {
    // Kept as it was: what could not be read today may be readable from another machine.
    keepAside(paths, path.join(paths.packs, pack));
    await rewritePack(index, paths, pack, ({ offset }) => (offsets.has(offset) ? null : 'as it is'));
  }
}

function quarantine(paths: StorePaths, file: string): void {
  fs.renameSync(file, placeInQuarantine(paths, file));
}

function keepAside(paths: StorePaths, file: string): void {
  const place = placeInQuarantine(paths, file);
  fs.rmSync(place, { force: true });
  try {
    fs.linkSync(file, place);
  } catch (error) {
    // Some file systems have no links; a second copy of what cannot be read would fail as well.
    if (!['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}

function placeInQuarantine({ objects }: StorePaths, file: string): string {
  const folder = path.join(objects, QUARANTINE);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return path.join(folder, path.basename(file));
}

/** Null where it cannot be read, or is no regular file. */
function hashOf(file: string, onBytes: (bytes: number) => void): string | null {
  try {
    return fs.lstatSync(file).isFile() ? hashFile(file, onBytes).toString('hex') : null;
  } catch (error) {
    if (error instanceof DOMException) throw error;
    return null;
  }
}
