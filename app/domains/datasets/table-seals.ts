import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';

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

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(fs.createReadStream(file, { highWaterMark: READ_BYTES }), hash);
  return hash.digest('hex');
}

async function stampOf(file: string): Promise<string | null> {
  const stat = await fs.promises.stat(file, { bigint: true }).catch(() => null);
  return stat && [stat.size, stat.mtimeNs, stat.ctimeNs, stat.ino].join(' ');
}
