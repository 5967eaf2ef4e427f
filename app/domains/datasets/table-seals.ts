import { createHash } from 'node:crypto';
import fs from 'node:fs';

const ENDING = '.digest';
const READ_BYTES = 1 << 20;

/** What tells that a table's file is as it was made: nothing in Parquet's own form would, and a flipped bit is another number. */
export interface TableSeals {
  /** Note the digest of a file that is about to get its name. */
  note(file: string, target: string): Promise<void>;
  /** The file has its name now, and was not touched since it was noted. */
  trust(target: string): Promise<void>;
  /** Whether it is there and as it was made. It is read once for as long as nobody touches it. */
  isWhole(target: string): Promise<boolean>;
  remove(target: string): Promise<void>;
}

export function createTableSeals(): TableSeals {
  const trusted = new Map<string, string>();

  return {
    async note(file, target) {
      const sealPath = `${target}${ENDING}`;
      await fs.promises.writeFile(sealPath, await digestOf(file));
    },
    async trust(target) {
      const stamp = await stampOf(target);
      if (stamp) trusted.set(target, stamp);
    },
    async isWhole(target) {
      const stamp = await stampOf(target);
      if (!stamp) return false;
      if (trusted.get(target) === stamp) return true;
      const noted = await fs.promises.readFile(`${target}${ENDING}`, 'utf8').catch(() => null);
      if (noted === null || noted !== (await digestOf(target).catch(() => null))) return false;
      trusted.set(target, stamp);
      return true;
    },
    async remove(target) {
      trusted.delete(target);
      await fs.promises.rm(`${target}${ENDING}`, { force: true });
    },
  };
}

/** By one buffer: a stream makes a new one for each read, and as many lie about as the collector leaves. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const opened = await fs.promises.open(file, 'r');
  try {
    for (;;) {
      const { bytesRead } = await opened.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await opened.close();
  }
}

async function stampOf(file: string): Promise<string | null> {
  const stat = await fs.promises.stat(file, { bigint: true }).catch(() => null);
  return stat && [stat.size, stat.mtimeNs, stat.ctimeNs, stat.ino].join(' ');
}
