import type { ManifestFile } from '../../../app/kernel/ports/data-store.ts';
import type { ManifestView } from '../manifest/manifest-view.ts';
import type { FileToRead } from '../pool/pool-messages.ts';
import type { SectionReader } from '../sources/entry-section.ts';
import { type FolderMemory, type LeftFile, LeftWriter, leftSections } from './folder-memory.ts';

/** A file of the folder. */
export type FileThere = Omit<LeftFile, 'digest'>;

/** A file of the folder whose content nobody knows without reading it. */
export interface Unknown extends FileToRead {
  readonly file: FileThere;
  /** What the version has under this name. */
  readonly wanted: ManifestFile | null;
  /** The digest of what the last checkout left there, in hex. */
  readonly left: string | null;
}

/** How a folder differs from a version. */
export class FolderPlan {
  readonly write: ManifestFile[] = [];
  /** Names of files that go, or that are written anew. */
  readonly remove: string[] = [];
  /** To be read before anything is decided about them. */
  readonly unknown: Unknown[] = [];
  /** Names of files that are neither as the last checkout left them nor as the version has them. */
  readonly foreign: string[] = [];
  unchanged = 0;
  readonly #lookedAtMs: number;
  readonly #kept = new LeftWriter(leftSections.kept, false);
  readonly #keptLater = new LeftWriter(leftSections.kept, true);

  /** @param lookedAtMs when the folder was looked at */
  constructor(lookedAtMs: number) {
    this.#lookedAtMs = lookedAtMs;
  }

  /** Decide about a file whose content is known. @param digest in hex; null if it is certainly another one */
  settle(
    file: FileThere,
    wanted: ManifestFile | null,
    digest: string | null,
    isAsLeft: boolean,
    isInOrder: boolean,
  ): void {
    const isWanted = wanted !== null && wanted.digest === digest;
    if (isWanted && ((wanted.mode & 0o100) !== 0) === file.executable) {
      this.unchanged++;
      const kept = isInOrder ? this.#kept : this.#keptLater;
      kept.addSeen({ ...file, digest: Buffer.from(wanted.digest, 'hex') }, this.#lookedAtMs);
      return;
    }
    // What the version has under this name is no loss either, even if its mode is another one.
    if (!isAsLeft && !isWanted) this.foreign.push(file.name);
    this.remove.push(file.name);
    if (wanted) this.write.push(wanted);
  }

  /** Sections of what stays as it is. */
  kept(): Uint8Array[] {
    return [this.#kept.take(), this.#keptLater.take()];
  }
}

/**
 * Compare a folder with a version, by what is remembered of the folder: both come in the same order.
 *
 * @param visit gives the folder's files in a manifest's order
 */
export function planUpdate(
  plan: FolderPlan,
  folder: string,
  visit: (visitor: (name: string, entry: SectionReader) => void) => void,
  { view, from, to }: { readonly view: ManifestView; readonly from: number; readonly to: number },
  memory: FolderMemory | null,
): void {
  const files = view.files(from, to);
  let next = files.next();
  visit((name, entry) => {
    while (!next.done && next.value.path < name) {
      plan.write.push(next.value);
      next = files.next();
    }
    const wanted = !next.done && next.value.path === name ? next.value : null;
    if (wanted) next = files.next();
    const known = memory?.find(name) ?? null;
    const { sizeBytes, mtimeMs, ctimeMs, ino, executable } = entry;
    const file = { name, size: sizeBytes, mtimeMs, ctimeMs, ino, executable };
    if (known?.isAsLeft(entry)) return plan.settle(file, wanted, known.digest, true, true);
    const mayBeKnown = wanted?.sizeBytes === sizeBytes || known?.sizeBytes === sizeBytes;
    if (!mayBeKnown) return plan.settle(file, wanted, null, false, true);
    plan.unknown.push({
      ...{ path: `${folder}/${name}`, sizeBytes, mtimeMs, ctimeMs, ino, similar: null },
      ...{ file, wanted, left: known?.digest ?? null },
    });
  });
  for (; !next.done; next = files.next()) plan.write.push(next.value);
}
