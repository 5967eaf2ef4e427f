import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

/** How a key is made of a passphrase (RFC 7914). The cost is kept with the file, so that it can grow later. */
export const keyRecipe = z.object({
  salt: z.base64(),
  cost: z
    .number()
    .int()
    .min(2 ** 14)
    .max(2 ** 20),
  blockSize: z.number().int().min(1).max(32),
  parallelization: z.number().int().min(1).max(16),
});
export type KeyRecipe = z.infer<typeof keyRecipe>;

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 128 MiB and a few tenths of a second: guessing is that dear for everybody. */
const COST = 2 ** 17;
const BLOCK_SIZE = 8;

export const newRecipe = (): KeyRecipe => ({
  salt: randomBytes(16).toString('base64'),
  cost: COST,
  blockSize: BLOCK_SIZE,
  parallelization: 1,
});

export function deriveKey(passphrase: string, recipe: KeyRecipe): Promise<Buffer> {
  const { salt, cost, blockSize, parallelization } = recipe;
  const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
  return derive(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), KEY_BYTES, {
    N: cost,
    r: blockSize,
    p: parallelization,
    maxmem: 256 * cost * blockSize,
  });
}

/**
 * Seal a text with AES-256-GCM: nonce, tag, ciphertext.
 *
 * @param label what the text belongs to: a sealed text that is moved to another name does not open
 */
export function seal(text: string, key: Uint8Array, label: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The text, or null where key, label or bytes are not those it was sealed with. */
export function open(sealed: Uint8Array, key: Uint8Array, label: string): string | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(label, 'utf8'));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  } catch {
    return null;
  }
}
