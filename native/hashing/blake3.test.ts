import { describe, expect, it } from 'vitest';
import { createHashing } from './blake3.ts';

describe('hashing', () => {
  const hashing = createHashing();

  it('gives the published BLAKE3 digest of no bytes', () => {
    expect(hashing.ofBytes(new Uint8Array())).toBe(
      'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262',
    );
  });

  it('gives the same digest for bytes in one piece and in many', () => {
    const bytes = new Uint8Array(100_000).map((_, index) => index % 251);
    const hasher = hashing.start();
    for (let at = 0; at < bytes.length; at += 777) hasher.update(bytes.subarray(at, at + 777));
    expect(hasher.digest()).toBe(hashing.ofBytes(bytes));
    expect(hashing.ofBytes(bytes.subarray(1))).not.toBe(hashing.ofBytes(bytes));
  });
});
