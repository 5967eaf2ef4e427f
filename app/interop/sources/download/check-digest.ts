import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { AppError } from '../../../kernel/app-error.ts';
import type { Hashing } from '../../../kernel/ports/hashing.ts';

/**
 * See that a file has the digest that was expected (`sha256:…`, `blake3:…`, `md5:…`); one that has not is removed.
 *
 * @param named what messages call the file
 * @throws AppError DATA_MALFORMED
 */
export async function checkDigest(
  filePath: string,
  expected: string,
  named: string,
  hashing: Hashing,
  signal: AbortSignal,
): Promise<void> {
  const [algorithm, digest] = expected.split(':') as [string, string];
  const found = await digestOf(filePath, algorithm, hashing, signal);
  if (found === digest) return;
  await fs.promises.rm(filePath, { force: true });
  throw new AppError('DATA_MALFORMED', `${named} has the ${algorithm} digest ${found}, not ${digest}.`, {
    nextStep: 'Check the address and the digest: the file was changed, or is another one.',
    details: { path: named, expected: digest, found },
  });
}

/** Lower-case hex digits. */
export async function digestOf(
  filePath: string,
  algorithm: string,
  hashing: Hashing,
  signal: AbortSignal,
): Promise<string> {
  const stream = fs.createReadStream(filePath, { highWaterMark: 1 << 20, signal });
  if (algorithm === 'blake3') {
    const hasher = hashing.start();
    for await (const chunk of stream) hasher.update(chunk as Buffer);
    return hasher.digest();
  }
  const hash = createHash(algorithm);
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
