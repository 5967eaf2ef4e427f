/** Points of a full chunk. */
export const CHUNK_POINTS = 2048;
/** Points, by step, that a segment of the lowest level stands for. */
export const BLOCK_POINTS = 128;
/** Segments of one level that one segment of the next stands for; a full chunk has as many blocks. */
export const FAN_OUT = 16;
/** Fewer points than this are no chunk of their own. */
export const LEAST_CHUNK_POINTS = 32;

/** Points that wait beside an open chunk before it is written again, so that short appends stay cheap and tails short. */
export const tailLimit = (openPoints: number): number => Math.max(LEAST_CHUNK_POINTS, openPoints / 8);
