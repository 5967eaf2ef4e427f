import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../../app/contract/ids.ts';
import { fromSystemError } from '../../../app/kernel/app-error.ts';
import { MANIFEST_HEAD, MANIFEST_TAIL } from '../manifest/manifest-code.ts';
import { PART } from '../packs/pack-writer.ts';
import type { SharedControl } from '../pool/session-control.ts';
import { newControl } from '../pool/session-control.ts';
import type { Keeper } from './keeper.ts';

/** A manifest larger than this is written to a file first, so that memory stays bounded. */
const HELD_BYTES = 4 * 1024 * 1024;
const PIECE_CHARACTERS = 256 * 1024;

/**
 * Store a manifest as a content like any other.
 *
 * @param similar a manifest that it may resemble
 * @param visit gives the text of each file, in order
 */
export async function writeManifest(
  keeper: Keeper,
  control: SharedControl,
  similar: Digest | null,
  visit: (file: (text: string) => void) => void,
): Promise<Digest> {
  const spool = new Spool(path.join(keeper.paths.memories, `${randomUUID()}${PART}`));
  try {
    spool.write(MANIFEST_HEAD);
    let isFirst = true;
    visit((text) => {
      spool.write(isFirst ? text : `,${text}`);
      isFirst = false;
    });
    spool.write(MANIFEST_TAIL);
    const held = spool.finish();
    const before = similar && Buffer.from(similar, 'hex');
    if (held) {
      const job = { kind: 'storeBytes', bytes: held, similar: before } as const;
      return keeper.digest(await keeper.pool.run(job, control));
    }
    const { size: sizeBytes, mtimeMs, ctimeMs, ino } = fs.statSync(spool.path);
    const file = { path: spool.path, sizeBytes, mtimeMs, ctimeMs, ino, similar: before };
    // Its bytes are nobody's progress.
    return keeper.digest(await keeper.pool.run({ kind: 'storeLarge', file }, newControl(keeper.pool.size)));
  } finally {
    spool.remove();
  }
}

/** Text that is held while it is short, and written to a file from then on. */
class Spool {
  readonly path: string;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #text = '';
  #fd: number | null = null;

  constructor(filePath: string) {
    this.path = filePath;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE_CHARACTERS) this.#flush();
  }

  /** All of it, or null if it is in the file. */
  finish(): Buffer | null {
    this.#flush();
    if (this.#fd === null) return Buffer.concat(this.#pieces);
    fs.closeSync(this.#fd);
    this.#fd = null;
    return null;
  }

  remove(): void {
    if (this.#fd !== null) fs.closeSync(this.#fd);
    fs.rmSync(this.path, { force: true });
  }

  #flush(): void {
    const piece = Buffer.from(this.#text);
    this.#text = '';
    this.#pieces.push(piece);
    this.#heldBytes += piece.length;
    if (this.#fd === null && this.#heldBytes <= HELD_BYTES) return;
    try {
      fs.mkdirSync(path.dirname(this.path), { recursive: true, mode: 0o700 });
      this.#fd ??= fs.openSync(this.path, 'wx', 0o600);
      for (const each of this.#pieces) fs.writeFileSync(this.#fd, each);
      this.#pieces = [];
    } catch (error) {
      throw fromSystemError(error, path.dirname(this.path));
    }
  }
}
