import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Use all of its room but what the files there have already. */
  fill(): void;
  remove(): void;
}

/** A file system of its own for a test to fill, or null, said aloud: mounting one needs root. */
export function smallDisk(sizeMiB: number): SmallDisk | null {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    fs.rmdirSync(folder);
    console.warn('skipped: full disk (mounting a small file system needs root)');
    return null;
  }
  return {
    folder,
    fill() {
      const file = fs.openSync(path.join(folder, 'filler'), 'w');
      try {
        for (;;) fs.writeSync(file, Buffer.alloc(4096));
      } catch {
        fs.closeSync(file);
      }
    },
    remove() {
      execFileSync('umount', [folder]);
      fs.rmdirSync(folder);
    },
  };
}
