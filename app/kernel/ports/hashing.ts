import type { Digest } from '../../contract/ids.ts';

/** BLAKE3 over bytes as they come. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Digest;
}

export interface Hashing {
  start(): Hasher;
  ofBytes(bytes: Uint8Array): Digest;
}
