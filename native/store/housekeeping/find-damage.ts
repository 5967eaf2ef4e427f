import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../../app/contract/ids.ts';
import type { StoreDamage, StoreRoots } from '../../../app/kernel/ports/data-store.ts';
import { hashFile } from '../contents/hash-file.ts';
import { readDirectory } from '../packs/read-directory.ts';
import type { StorePaths } from '../store-paths.ts';
import type { PackDamage } from './check-pack.ts';
import { indexDamage } from './index-fault.ts';
import { type LooseObject, looseObjects } from './loose-objects.ts';
import type { NeededEntries } from './needed-entries.ts';
import type { ReadPacks } from './read-packs.ts';
import type { StoreParts } from './store-parts.ts';

/**
 * Read every loose object and look through everything that the roots need.
 *
 * @param read what was found in the packs
 * @param roots null: only the store itself
 * @param onBytes told of bytes that were read; may throw to stop
 */
export function findDamage(
  { paths, index }: StoreParts,
  read: readonly ReadPacks[],
  needed: NeededEntries | null,
  roots: StoreRoots | null,
  onBytes: (bytes: number) => void,
): StoreDamage[] {
  const objects = [...looseObjects(paths)];
  const misled = read.flatMap((share) => share.misled).map(indexDamage);
  const broken: PackDamage[] = [
    ...unknownPacks(paths, index.packs()),
    ...read.flatMap((share) => share.broken),
  ];
  const spoiled = objects.filter((object) => !isWhole(object, onBytes));

  if (needed && roots) needed.find([roots], () => {});
  const harmed = needed ? contentsHarmed(needed, broken, spoiled) : new Map<unknown, Buffer[]>();
  const hex = (digests: readonly Buffer[]) => digests.map((digest) => digest.toString('hex') as Digest);
  const damage: StoreDamage[] = [
    ...misled.slice(0, 1),
    ...broken.map(
      (each): StoreDamage => ({
        kind: each.offset === null ? 'pack' : 'block',
        name: each.offset === null ? each.pack : `${each.pack} at ${each.offset}`,
        reason: each.reason,
        contents: hex(harmed.get(each) ?? []),
        repaired: null,
      }),
    ),
    ...spoiled.map(
      (object): StoreDamage => ({
        kind: 'object',
        name: object.digest.toString('hex'),
        reason: 'its bytes are not what its digest says',
        contents: hex(harmed.get(object) ?? [object.digest]),
        repaired: null,
      }),
    ),
  ];
  const named = new Set(damage.flatMap(({ contents }) => contents));
  for (const { content, reason } of needed?.lost ?? []) {
    const [digest] = hex([content]) as [Digest];
    if (!named.has(digest)) {
      damage.push({ kind: 'missing', name: digest, reason, contents: [digest], repaired: null });
    }
  }
  return damage;
}

/** Packs that could not be taken into the index. */
function unknownPacks(paths: StorePaths, packs: readonly { readonly name: string }[]): PackDamage[] {
  const known = new Set(packs.map(({ name }) => name));
  return fs
    .readdirSync(paths.packs)
    .filter((name) => name.endsWith('.pack') && !known.has(name))
    .flatMap((pack) => {
      const read = readDirectory(path.join(paths.packs, pack));
      return 'damage' in read ? [{ pack, offset: null, reason: read.damage, entries: [] }] : [];
    });
}

function isWhole({ path: file, digest }: LooseObject, onBytes: (bytes: number) => void): boolean {
  try {
    return hashFile(file, onBytes).equals(digest);
  } catch (error) {
    if (error instanceof DOMException) throw error;
    return false;
  }
}

/** The needed contents that hold damaged entries, by the damage. */
function contentsHarmed(
  needed: NeededEntries,
  broken: readonly PackDamage[],
  spoiled: readonly LooseObject[],
): Map<unknown, Buffer[]> {
  const causes = new Map<string, unknown>();
  for (const each of broken)
    for (const entry of each.entries) causes.set(Buffer.from(entry).toString('latin1'), each);
  for (const object of spoiled) causes.set(object.digest.toString('latin1'), object);
  const harmed = new Map<unknown, Buffer[]>();
  if (causes.size === 0) return harmed;
  for (const { content, entries } of needed.contents()) {
    const hit = new Set<unknown>();
    for (const entry of entries) {
      const cause = causes.get(entry.toString('latin1'));
      if (cause) hit.add(cause);
    }
    for (const cause of hit) harmed.set(cause, [...(harmed.get(cause) ?? []), content]);
  }
  return harmed;
}
