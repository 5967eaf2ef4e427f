import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';
import { type Digest, digest } from '../../app/contract/ids.ts';
import type { Hashing } from '../../app/kernel/ports/hashing.ts';

/** BLAKE3 (256 bits) by a native library, at a few GB/s on one thread. */
export function createHashing(): Hashing {
  return {
    start() {
      const hasher = new Blake3Hasher();
      return {
        update(bytes) {
          hasher.update(bytes);
        },
        digest: () => hex(hasher.digestBuffer()),
      };
    },
    ofBytes: (bytes) => hex(blake3(bytes)),
  };
}

function hex(hash: Buffer): Digest {
  return digest.parse(hash.toString('hex'));
}
