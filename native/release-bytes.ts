/**
 * Give a large buffer's memory back at once: what waits for the collector comes together by the hundred megabytes. The buffer and all that
 * share its memory are empty afterwards; one that may lie in Node's pool of small buffers is left alone.
 */
export function releaseBytes({ buffer }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}
