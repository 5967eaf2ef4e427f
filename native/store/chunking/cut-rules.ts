/**
 * Where contents are cut. These numbers and the table of gears decide which chunks equal data shares: changing any of them keeps
 * every stored content readable, but new imports then share nothing with old ones.
 */

/** No chunk but the last of a content is shorter. */
export const MIN_CHUNK_BYTES = 16 * 1024;
/** Before this length only a strict candidate cuts, after it any candidate. */
export const NORMAL_CHUNK_BYTES = 64 * 1024;
/** No chunk is longer. */
export const MAX_CHUNK_BYTES = 256 * 1024;

/** A position is a candidate if its hash has this many leading zeros: one in 16 Ki of random positions. */
export const LOOSE_ZEROS = 14;
/** A strict candidate: one in 256 Ki. */
export const STRICT_ZEROS = 18;

/** The hash of a position depends on this many bytes before it, itself included, and on nothing else. */
export const WINDOW_BYTES = 32;

/** One random number per byte value (splitmix32 from a fixed seed). */
export const gears: Uint32Array = (() => {
  let state = 0x1a7e_0001;
  return Uint32Array.from({ length: 256 }, () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  });
})();
