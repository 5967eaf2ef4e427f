import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { skipAloud } from './services.ts';

/** XFS makes no smaller ones; the image takes only what is written. */
const IMAGE_BYTES = 400 * 1024 * 1024;

export interface ReflinkDisk {
  readonly folder: string;
  /** After everything was flushed. */
  usedBytes(): number;
  remove(): void;
}

/**
 * A file system of its own whose files can share their bytes, or null, said aloud; an error where LATHE_TEST_REQUIRE names `reflink`. It
 * needs root, loop devices and `mkfs.xfs` (package xfsprogs).
 */
export function reflinkDisk(): ReflinkDisk | null {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-reflink-'));
  const [image, folder] = [path.join(place, 'image'), path.join(place, 'disk')];
  try {
    fs.writeFileSync(image, '');
    fs.truncateSync(image, IMAGE_BYTES);
    fs.mkdirSync(folder);
    execFileSync('mkfs.xfs', ['-q', '-m', 'reflink=1', image], { stdio: 'pipe' });
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' });
  } catch (error) {
    fs.rmSync(place, { recursive: true });
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'mkfs.xfs is not installed' : message.trim().replaceAll('\n', ' ');
    return skipAloud('reflink', 'checkouts by reflink', reason);
  }
  return {
    folder,
    usedBytes() {
      execFileSync('sync', ['-f', folder]);
      const { blocks, bfree, bsize } = fs.statfsSync(folder);
      return (blocks - bfree) * bsize;
    },
    remove() {
      execFileSync('umount', [folder]);
      fs.rmSync(place, { recursive: true });
    },
  };
}
