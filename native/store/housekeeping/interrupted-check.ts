import fs from 'node:fs';
import path from 'node:path';
import type { StorePaths } from '../store-paths.ts';

/** An older beginning says little about the disk of today. */
const LASTS_MS = 24 * 60 * 60 * 1000;
const HEAD = /^checked packs since (\d+)$/;

/**
 * The packs that a check of the store has read and found whole, for one that goes on after it was interrupted. Packs never change; one whose
 * file has changed all the same is read again. A file of lines that only grows: a torn end is a pack that is read again.
 */
export class InterruptedCheck {
  readonly #paths: StorePaths;

  constructor(paths: StorePaths) {
    this.#paths = paths;
  }

  /** @returns names of the packs that need not be read again */
  begin(nowMs: number): string[] {
    const [head = '', ...lines] = this.#read().split('\n').slice(0, -1);
    const sinceMs = Number(HEAD.exec(head)?.[1] ?? Number.NaN);
    if (sinceMs <= nowMs && nowMs - sinceMs < LASTS_MS) {
      const whole = new Set(lines);
      return fs
        .readdirSync(this.#paths.packs)
        .filter((name) => whole.has(this.#line(name)))
        .sort();
    }
    unlessRefused(() => {
      fs.mkdirSync(path.dirname(this.#paths.check), { recursive: true });
      fs.writeFileSync(this.#paths.check, `checked packs since ${nowMs}\n`);
    });
    return [];
  }

  /** Several threads may add at the same time. @param pack its file's name */
  add(pack: string): void {
    const line = this.#line(pack);
    unlessRefused(() => fs.appendFileSync(this.#paths.check, `${line}\n`));
  }

  /** The whole store was read: the next check reads all of it again. */
  end(): void {
    unlessRefused(() => fs.rmSync(this.#paths.check, { force: true }));
  }

  #read(): string {
    try {
      return fs.readFileSync(this.#paths.check, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  #line(pack: string): string {
    const { size, mtimeMs, ctimeMs, ino } = fs.statSync(path.join(this.#paths.packs, pack));
    return `${pack} ${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  }
}

/** On a disk that is full or read-only a check works all the same; it only cannot be gone on with. */
function unlessRefused(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}
